/** Why Couplet makes something else of a configuration than Prosody 0.12, where that does not follow from other data. */

const PATHS = 'each has its own folder';
const RESUMPTION = 'streams are not resumed yet (XEP-0198 §5)';
const NOT_YET = (module: string): string => `of ${module}, not there yet`;

/** Why a component is not served, by its domain. */
export const DOMAINS: ReadonlyMap<string, string> = new Map([
  ['rooms.one.example', 'the module muc is not there yet'],
  ['proxy.one.example', 'the module proxy65 is not there yet'],
  ['gateway.one.example', 'the module component is not there yet'],
]);

/** By service. */
export const SERVICES: ReadonlyMap<string, string> = new Map([
  ['component', NOT_YET('component')],
  ['http', NOT_YET('http')],
  ['proxy65', NOT_YET('proxy65')],
  ['s2s', NOT_YET('s2s')],
]);

/** By module. */
export const MODULES: ReadonlyMap<string, string> = new Map([
  ['admin_operations', 'what coupletctl calls; Prosody has it in admin_shell'],
  ['cron', 'part of the server'],
  ['register_ibr', 'Prosody leaves it out where nobody may register; here it refuses then'],
  ['register_limits', 'register_ibr has limits of its own'],
  ['storage_internal', 'storage is no module'],
  ['watchregistrations', 'the module is not there yet; Prosody loads it with register'],
]);

/** By option, or by domain and option. */
export const OPTIONS: ReadonlyMap<string, string> = new Map([
  ['two.example archive_expires_after', 'of mam, which is not loaded there'],
  ['admin_socket', PATHS],
  ['data_path', PATHS],
  ['log', `${PATHS}; the same places in other words`],
  ['pidfile', PATHS],
  ['archive_cleanup_date_cache_size', 'what has expired is found by its date in the database'],
  ['c2s_max_child_elements', 'c2s_stanza_size_limit bounds them'],
  ['c2s_unauthed_stanza_size_limit', 'has no option yet: the limit is fixed'],
  ['component_ports', NOT_YET('component')],
  ['debug', 'short for log = { debug = … }; Prosody reads it where log is not set'],
  ['defined', 'Prosody notes so that the host was named'],
  ['http_ports', NOT_YET('http')],
  ['ignore_existing_data', 'Data of Prosody is not shadowed unasked'],
  ['insecure_sasl_mechanisms', 'PLAIN is the only one, and allow_unencrypted_plain_auth is for it'],
  ['modules_disabled', 'shown without those of the whole server, which count as well'],
  ['modules_enabled', 'shown without those that are not there yet'],
  ['motd_jid', 'has no option yet: the host sends it, as is the default'],
  ['prosodyctl_service_warnings', 'an option of Prosody 13'],
  ['proxy65_ports', NOT_YET('proxy65')],
  ['require_encryption', 'the older name of c2s_require_encryption'],
  ['s2s_ports', NOT_YET('s2s')],
  ['s2s_require_encryption', NOT_YET('s2s')],
  ['smacks_enabled_s2s', NOT_YET('s2s')],
  ['smacks_s2s_resend', NOT_YET('s2s')],
  ['smacks_hibernation_time', RESUMPTION],
  ['smacks_max_inactive_unacked_stanzas', RESUMPTION],
  ['smacks_max_old_sessions', RESUMPTION],
  ['storage', 'internal is SQLite here'],
  ['storage_archive_item_limit', 'a limit of files; the database has none'],
  ['tcp_keepalives', 'c2s_tcp_keepalives takes it over'],
  ['umask', 'data is for its owner alone'],
]);
