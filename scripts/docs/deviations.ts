/** Each option against Prosody 13: its default there, and the reason where ours is another one. */

/** What is known of one option. */
export type Comparison =
  | {
      /** Prosody's default, in our notation; `undefined` where it has none. */
      readonly prosody: unknown;
      /** Why ours is another one. */
      readonly because?: string;
    }
  | {
      /** Prosody has no such option: why there is one. */
      readonly own: string;
    };

/** Options by name. One that a module declares and that is not here stops the generator. */
export const COMPARISONS: ReadonlyMap<string, Comparison> = new Map<string, Comparison>([
  ['add_permissions', { prosody: {} }],
  ['additional_registration_fields', { prosody: [] }],
  ['allow_registration', { prosody: false }],
  ['allow_unencrypted_plain_auth', { prosody: false }],
  ['archive_expires_after', { prosody: 604_800 }],
  ['archive_store', { prosody: 'archive' }],
  ['audit_log_expires_after', { own: 'Who changed what has to be known for longer than a log is kept.' }],
  [
    'blocklist_cache_size',
    {
      prosody: 256,
      because:
        'Every stanza to an account looks at its list; with more active accounts than that each look would read.',
    },
  ],
  ['blocklist_max_items', { own: 'A list stays small enough to be sent and kept in memory; a longer one is kept.' }],
  ['bounce_blocked_messages', { prosody: false }],
  ['c2s_close_timeout', { prosody: 5 }],
  ['c2s_direct_tls_certificate', { prosody: undefined }],
  ['c2s_direct_tls_interfaces', { prosody: undefined }],
  ['c2s_direct_tls_ports', { prosody: [] }],
  ['c2s_direct_tls_ssl', { prosody: undefined }],
  ['c2s_interfaces', { prosody: undefined }],
  [
    'c2s_max_auth_failures',
    { own: 'A connection is no place to try passwords without end (RFC 6120 §6.4.5 recommends 2 to 5 attempts).' },
  ],
  [
    'c2s_max_resources',
    { own: 'One account cannot fill the memory of the server, and every presence of it stays affordable.' },
  ],
  [
    'c2s_max_unauthenticated',
    { own: 'One address cannot take all connections without ever logging in. The total per address is not limited.' },
  ],
  ['c2s_ports', { prosody: [5222] }],
  ['c2s_require_encryption', { prosody: true }],
  [
    'c2s_ssl',
    {
      prosody: undefined,
      because: 'Says that clients need not have certificates.',
    },
  ],
  ['c2s_stanza_size_limit', { prosody: 262_144 }],
  ['c2s_tcp_keepalives', { prosody: true }],
  [
    'c2s_timeout',
    {
      prosody: 300,
      because:
        'Who has not logged in costs a connection and memory all the same. Clients need a second or two, on a bad link a few more.',
    },
  ],
  ['certificate', { prosody: undefined }],
  [
    'certificate_key',
    { own: 'Prosody names the key in its table `ssl`; a certificate and its key need no table to be named.' },
  ],
  ['certificates', { prosody: 'certs' }],
  ['conflict_resolve', { prosody: 'kick_old' }],
  ['custom_roles', { prosody: [] }],
  ['default_archive_policy', { prosody: 'always' }],
  ['default_iteration_count', { prosody: 10_000 }],
  ['default_provisioned_role', { prosody: 'prosody:member' }],
  ['default_user_role', { prosody: undefined }],
  [
    'disable_sasl_mechanisms',
    { prosody: ['DIGEST-MD5'], because: 'There is no DIGEST-MD5 that would have to be disabled (RFC 6331).' },
  ],
  ['disco_expose_admins', { prosody: false }],
  ['disco_items', { prosody: [] }],
  ['dont_archive_namespaces', { prosody: ['http://jabber.org/protocol/chatstates'] }],
  ['hide_os_type', { prosody: false }],
  ['ignore_presence_priority', { prosody: false }],
  ['insecure_open_authentication', { prosody: undefined }],
  ['interfaces', { prosody: undefined }],
  ['limit_auth_account_max', { own: 'Many addresses together cannot try passwords of one account without end.' }],
  ['limit_auth_account_period', { own: 'The period that goes with the limit.' }],
  [
    'limit_auth_exempt',
    { own: 'Behind a proxy many clients have one address, and one of them must not keep the others waiting.' },
  ],
  [
    'limit_auth_max',
    {
      own: 'One network cannot try passwords without end. Nobody is shut out: the next logins take longer. The community module `limit_auth` has 5 in 30 seconds.',
    },
  ],
  ['limit_auth_period', { own: 'The period that goes with the limit.' }],
  ['limit_auth_tarpit_delay', { own: 'Longer waits would cost more connections, not guesses.' }],
  ['mam_include_total', { prosody: true }],
  ['mam_smart_enable', { prosody: false }],
  ['max_archive_query_results', { prosody: 50 }],
  ['motd_text', { prosody: undefined, because: 'The same: there is no message.' }],
  ['name', { prosody: 'Prosody', because: 'The name of this product.' }],
  [
    'offline_max_messages',
    { own: 'Strangers cannot fill the disk of the server, nor keep a client busy at its next login.' },
  ],
  ['password_hash', { prosody: 'SHA-1' }],
  [
    'private_max_items',
    { own: 'One account cannot fill the disk of the server. Clients store a handful of elements.' },
  ],
  ['register_ibr_default_role', { prosody: 'prosody:registered' }],
  ['registration_compat', { prosody: true }],
  ['registration_delete_grace_period', { prosody: undefined }],
  ['registration_instructions', { prosody: 'Choose a username and password for use with this service.' }],
  [
    'registration_invite_only',
    {
      prosody: true,
      because: 'There are no invitations yet. A configuration that loads invites_register means `true`.',
    },
  ],
  [
    'registration_throttle_max',
    { prosody: undefined, because: 'Where registration is open at all, one network cannot make accounts without end.' },
  ],
  ['registration_throttle_period', { prosody: undefined, because: 'The period that goes with the limit.' }],
  ['registration_title', { prosody: 'Creating a new account' }],
  ['remove_permissions', { prosody: {} }],
  [
    'roster_max_items',
    { own: 'A roster stays small enough to be sent and kept in memory; one that is longer already is kept.' },
  ],
  ['roster_max_pending', { own: 'Strangers cannot fill an account with subscription requests.' }],
  [
    'smacks_max_ack_delay',
    {
      prosody: 30,
      because: 'Prosody only notes the delay; here such a client is gone, and a phone may sleep for a while.',
    },
  ],
  [
    'smacks_max_queue_size',
    {
      prosody: 500,
      because: 'Counts only what must not be lost, and a client that exceeds it is closed, so that all of it is kept.',
    },
  ],
  ['smacks_max_unacked_stanzas', { prosody: 0 }],
  [
    'ssl',
    {
      prosody: undefined,
      because: 'Empty means the same: what it does not say is as in `tls_profile`.',
    },
  ],
  ['tls_profile', { prosody: 'intermediate' }],
  [
    'vcard_max_size',
    { own: 'As much as a client may send in one stanza; said so that a larger stanza limit does not raise it.' },
  ],
  ['use_ipv4', { prosody: true }],
  ['use_ipv6', { prosody: true }],
  ['welcome_message', { prosody: 'Hello $username, welcome to the $host IM server!' }],
]);
