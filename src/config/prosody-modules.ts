/** Names of modules that configurations for Prosody use. */

/** The modules that come with Prosody. */
export const PROSODY_OWN_MODULES: readonly string[] = `
account_activity adhoc admin_adhoc admin_shell admin_socket announce auth_anonymous auth_insecure
auth_internal_hashed auth_internal_plain auth_ldap authz_internal block_registrations blocklist bookmarks bosh c2s
carbons cloud_notify component cron csi csi_simple debug_reset debug_sql debug_stanzas dialback disco
external_services firewall flags groups http http_altconnect http_errors http_file_share http_files http_openmetrics
invites invites_adhoc invites_register iq lastactivity legacyauth limits mam message mimicking motd muc muc_limits
muc_mam net_multiplex offline pep ping presence private proxy65 pubsub register register_ibr register_limits roster
s2s s2s_auth_certs s2s_auth_dane_in s2s_bidi saslauth scansion_record server_contact_info server_info smacks
spam_reporting stanza_debug storage_internal storage_memory storage_none storage_sql storage_xep0227 time tls
tokenauth tombstones turn_external unknown uptime user_account_management vcard vcard4 vcard_legacy version
watchregistrations websocket welcome
`
  .trim()
  .split(/\s+/);

/** The modules that come with Prosody, and those of others that are in use. */
export const PROSODY_MODULES: readonly string[] = [
  ...PROSODY_OWN_MODULES,
  ...`
acme_challenge_dir addressing admin_blocklist admin_rest admin_web anti_spam audit audit_auth audit_status
audit_tokens audit_user_accounts auth_ccert auth_custom_http auth_cyrus auth_dovecot auth_ha1 auth_http
auth_http_async auth_imap auth_joomla auth_ldap2 auth_oauth_external auth_oauthbearer auth_pam auth_phpbb3 auth_sql
auth_token auth_wordpress auto_activate_hosts broadcast c2s_conn_throttle c2s_limit_sessions captcha_registration
client_management cloud_notify_encrypted cloud_notify_extensions cloud_notify_filters cloud_notify_priority_tag
compat_roles component_client conversejs data_access default_bookmarks delegation discodot e2e_policy easy_invite
email email_pass filter_chatstates groups_internal groups_migration groups_muc_bookmarks groups_oidc groups_shell
health_report host_status_check http_admin_api http_avatar http_connect http_favicon http_health
http_host_status_check http_index http_libjs http_muc_log http_oauth2 http_pep_avatar http_rest http_roster_admin
http_status http_upload_external http_xep227 init_admin invites_api invites_bootstrap invites_default_group
invites_groups invites_page invites_register_api invites_register_web invites_tracking ipcheck isolate_host isr
jid_prep limit_auth log_http log_json log_slow_events measure_active_users measure_client_features
measure_client_presence measure_cpu measure_lua measure_malloc measure_memory measure_message_e2ee measure_muc
measure_process measure_registration measure_stanza_counts measure_storage migrate migrate_lastlog2 motd_sequential
muc_access_control muc_activity muc_auto_member muc_auto_reserve_nicks muc_ban_ip muc_cloud_notify muc_defaults
muc_hats_adhoc muc_hats_api muc_http_auth muc_local_only muc_mention_notifications muc_moderation muc_notifications
muc_offline_delivery muc_public_affiliations muc_require_tos muc_restrict_avatars muc_restrict_media
muc_restrict_nick muc_rtbl muc_search muc_slow_mode muc_webchat_url net_dovecotauth net_proxy nodeinfo2 ogp onions
password_policy password_reset pastebin post_msg privacy_lists privilege prose_version protect_last_admin
pubsub_alertmanager pubsub_eventsource pubsub_feeds pubsub_forgejo pubsub_github pubsub_hub pubsub_mqtt pubsub_post
pubsub_serverinfo push2 rawdebug readonly register_apps register_dnsbl register_dnsbl_firewall_mark
register_dnsbl_warn register_json register_oob_url register_redirect register_web reload_components reload_modules
reminders remote_roster report_forward report_tracker rest restrict_federation roster_allinall roster_command rtbl
s2s_auth_fingerprint s2s_auth_posh s2s_auth_samecert s2s_blacklist s2s_cache_failures s2s_idle_timeout s2s_keepalive
s2s_status s2s_whitelist sasl2 sasl2_bind2 sasl2_fast sasl2_sm sasl_oauthbearer sasl_ssdp sentry server_status
service_outage_status slack_webhooks snikket_client_id snikket_deprecate_general_muc snikket_ios_preserve_push
snikket_restricted_users snikket_server_vcard snikket_version statsd storage_appendmap storage_ejabberdsql_readonly storage_gdbm storage_ldap
storage_lmdb storage_metronome_readonly storage_mongodb storage_muconference_readonly storage_multi storage_s3
storage_xmlarchive strict_https throttle_presence unified_push update_check update_notify vjud watch_spam_reports
webpresence
`
    .trim()
    .split(/\s+/),
];

/** Names that a module had before, or that people write for it. */
export const MODULE_ALIASES: ReadonlyMap<string, string> = new Map([
  ['bidi', 's2s_bidi'],
  ['bookmarks2', 'bookmarks'],
  ['http_upload', 'http_file_share'],
  ['lastlog', 'account_activity'],
  ['lastlog2', 'account_activity'],
  ['mam_muc', 'muc_mam'],
  ['muc_log', 'muc_mam'],
  ['pep_plus', 'pep'],
  ['pep_simple', 'pep'],
  ['prometheus', 'http_openmetrics'],
  ['push', 'cloud_notify'],
  ['statistics', 'http_openmetrics'],
  ['vcard_muc', 'muc'],
]);

/** Modules that do nothing any more, or whose work is done without them. */
export const NEEDLESS_MODULES: ReadonlySet<string> = new Set([
  'admin_shell',
  'admin_socket',
  'admin_telnet',
  'cron',
  'flags',
  'listusers',
  'muc_unique',
  'posix',
  'storage_internal',
  'storage_memory',
  'storage_sql',
  'windows',
]);

/** Modules that Prosody loads on every host without being asked to. */
export const AUTOLOADED: readonly string[] = ['presence', 'message', 'iq', 'offline', 'c2s', 's2s', 's2s_auth_certs'];

/** Modules that a component gets where they are enabled for all hosts. */
export const INHERITED: readonly string[] = [
  'tls',
  'saslauth',
  'dialback',
  'iq',
  's2s',
  's2s_bidi',
  'smacks',
  'server_contact_info',
];
