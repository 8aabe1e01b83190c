/** Variables of images that others publish. */
import { sets, variable, type Variable } from './variable.ts';

const SECURE = 'The default is what the option has here.';

/** Contacts for `contact_info` (XEP-0157). */
const CONTACTS = ['abuse', 'admin', 'feedback', 'sales', 'security', 'support'];

/** Options of `auth_ldap`, by the end of their name: how the value is written, and the default of the image. */
const LDAP: readonly (readonly [string, Variable['type'], string, string])[] = [
  ['base', 'text', '', 'Where accounts are in the directory'],
  ['server', 'text', 'localhost', 'The directory'],
  ['rootdn', 'text', '', 'Who asks it'],
  ['password', 'text', '', 'Their password'],
  ['filter', 'text', '(uid=$user)', 'What finds an account'],
  ['scope', ['base', 'onelevel', 'subtree'], 'subtree', 'How deep is looked'],
  ['tls', 'boolean', 'false', 'Encrypt the connection'],
  ['mode', ['bind', 'getpasswd'], 'bind', 'How a password is checked'],
  ['admin_filter', 'text', '', 'What finds administrators'],
];

/** Rows of sarasmiseth/prosody. */
const SARASMISETH: readonly Variable[] = [
  variable(
    'ALLOW_REGISTRATION',
    { sarasmiseth: 'true' },
    'boolean',
    { kind: 'option', targets: [{ where: 'server', path: ['allow_registration'] }], modules: ['register'] },
    'Anybody may make an account',
    'The default is `false`.',
  ),
  variable(
    'REGISTRATION_INVITE_ONLY',
    { sarasmiseth: 'true' },
    'boolean',
    sets('server', 'registration_invite_only'),
    'Only who was invited may',
  ),
  ...(
    [
      ['DOMAIN_HTTP_UPLOAD', 'upload.', 'http_file_share', 'uploads'],
      ['DOMAIN_MUC', 'conference.', 'muc', 'rooms'],
      ['DOMAIN_PROXY', 'proxy.', 'proxy65', 'file transfers'],
      ['DOMAIN_PUBSUB', 'pubsub.', 'pubsub', 'nodes to publish at'],
    ] as const
  ).map(([name, before, role, what]) =>
    variable(
      name,
      { sarasmiseth: `${before}DOMAIN` },
      'domain',
      { kind: 'domains', role },
      `Component for ${what}, where no file names hosts`,
    ),
  ),
  variable(
    'DB_DRIVER',
    { sarasmiseth: 'SQLite3' },
    ['PostgreSQL', 'SQLite3'],
    { kind: 'storage', part: 'driver' },
    'The database; chooses the storage `sql`',
    'MySQL is not there.',
  ),
  variable(
    'DB_DATABASE',
    { sarasmiseth: 'prosody.sqlite' },
    'text',
    sets('server', 'sql', 'database'),
    'Its name',
    'SQLite is a file in `data_path`.',
  ),
  variable('DB_HOST', { sarasmiseth: '' }, 'text', sets('server', 'sql', 'host'), 'Its server'),
  variable('DB_PORT', { sarasmiseth: '' }, 'port', sets('server', 'sql', 'port'), 'Its port'),
  variable('DB_USERNAME', { sarasmiseth: '' }, 'text', sets('server', 'sql', 'username'), 'Its user'),
  variable('DB_PASSWORD', { sarasmiseth: '' }, 'text', sets('server', 'sql', 'password'), 'Its password'),
  ...['chat', 'muc'].map((kind) =>
    variable(
      `E2E_POLICY_${kind.toUpperCase()}`,
      { sarasmiseth: 'required' },
      ['none', 'optional', 'required'],
      sets('server', `e2e_policy_${kind}`),
      `Encryption from end to end in ${kind === 'muc' ? 'rooms' : 'chats'}`,
      SECURE,
    ),
  ),
  variable(
    'E2E_POLICY_WHITELIST',
    { sarasmiseth: '' },
    'list',
    sets('server', 'e2e_policy_whitelist'),
    'JIDs that need none',
  ),
  variable(
    'LOG_LEVEL',
    { sarasmiseth: 'info' },
    ['debug', 'info', 'warn', 'error'],
    { kind: 'log' },
    'Least level that is logged; the log goes to the console',
  ),
  variable(
    'C2S_REQUIRE_ENCRYPTION',
    { sarasmiseth: 'true' },
    'boolean',
    sets('server', 'c2s_require_encryption'),
    'Clients have to encrypt',
  ),
  variable(
    'S2S_REQUIRE_ENCRYPTION',
    { sarasmiseth: 'true' },
    'boolean',
    sets('server', 's2s_require_encryption'),
    'Servers have to encrypt',
  ),
  variable(
    'S2S_SECURE_AUTH',
    { sarasmiseth: 'true' },
    'boolean',
    sets('server', 's2s_secure_auth'),
    'Servers need a valid certificate',
    SECURE,
  ),
  ...CONTACTS.map((role) =>
    variable(
      `SERVER_CONTACT_INFO_${role.toUpperCase()}`,
      { sarasmiseth: `xmpp:${role}@DOMAIN` },
      'list',
      sets('server', 'contact_info', role),
      `Addresses for ${role}, as URIs`,
      'There is no default: nobody has made that account.',
    ),
  ),
  variable(
    'AUTHENTICATION',
    { sarasmiseth: 'internal_hashed' },
    'text',
    sets('server', 'authentication'),
    'How passwords are checked',
    'One that is not there yet stops the start: nobody is let in by guess.',
  ),
  ...LDAP.map(([name, type, standard, meaning]) =>
    variable(
      `LDAP_${name.toUpperCase()}`,
      { sarasmiseth: standard },
      type,
      sets('server', `ldap_${name}`),
      `${meaning} (authentication \`ldap\`)`,
    ),
  ),
  variable(
    'HTTP_MAX_CONTENT_SIZE',
    { sarasmiseth: '10 MiB' },
    'size',
    sets('server', 'http_max_content_size'),
    'Largest body of a request over HTTP',
  ),
  variable(
    'HTTP_FILE_SHARE_EXPIRES_AFTER',
    { sarasmiseth: '7 days' },
    'period',
    sets('http_file_share', 'http_file_share_expires_after'),
    'How long uploads are kept',
  ),
  variable(
    'HTTP_FILE_SHARE_SIZE_LIMIT',
    { sarasmiseth: '10 MiB' },
    'size',
    sets('http_file_share', 'http_file_share_size_limit'),
    'Largest upload',
  ),
  variable(
    'HTTP_FILE_SHARE_DAILY_QUOTA',
    { sarasmiseth: '10 times that' },
    'size',
    sets('http_file_share', 'http_file_share_daily_quota'),
    'Most that one account may upload in a day',
  ),
];

/** Rows of tobi312/prosody. */
const TOBI312: readonly Variable[] = [
  variable('TZ', { tobi312: '' }, 'text', { kind: 'none' }, 'Time zone of the log', 'Node.js reads it itself.'),
  variable(
    'SELECT_COMMUNITY_MODULES',
    { tobi312: '' },
    'modules',
    { kind: 'none' },
    'Modules that can be loaded',
    'All modules can be loaded: `modules_enabled` says which are.',
  ),
  variable(
    'ENABLE_CONFD',
    { tobi312: '0' },
    'boolean',
    { kind: 'none' },
    'Include `conf.d/*.cfg.lua`',
    'Is not read: the file includes others itself.',
  ),
  variable(
    'ENABLE_MODULE_PATHS',
    { tobi312: '0' },
    'boolean',
    { kind: 'none' },
    'Set `plugin_paths`',
    'Is not read: the modules come with the server.',
  ),
];

/** Rows of ichuan/prosody. */
const ICHUAN: readonly Variable[] = [
  variable('ADMIN_JID', { ichuan: 'required' }, 'list', sets('server', 'admins'), 'JIDs with all rights'),
  variable(
    'CAPTCHA_PRIVATE',
    { ichuan: 'required' },
    'text',
    sets('server', 'captcha_options', 'captcha_private_key'),
    'Secret key of hCaptcha',
  ),
  variable(
    'CAPTCHA_PUBLIC',
    { ichuan: 'required' },
    'text',
    sets('server', 'captcha_options', 'captcha_public_key'),
    'Its public key',
  ),
  variable('SINCE', { ichuan: '' }, 'text', { kind: 'none' }, 'A year on the start page', 'There is no such page.'),
];

/** The rows; those of several images are in `GUIDE_VARIABLES` or `PROSODY_VARIABLES`. */
export const IMAGE_VARIABLES: readonly Variable[] = [...SARASMISETH, ...TOBI312, ...ICHUAN];
