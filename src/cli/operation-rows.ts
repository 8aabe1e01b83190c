/** Which operations are commands of their own, and how they are called. */

/** One of them. */
export interface Row {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly operation: string;
  readonly summary: string;
  /** Parameters as they are shown; each stands for the field of the same position, `@host` for the host it is run on. */
  readonly parameters: readonly string[];
  readonly fields: readonly string[];
  /** Fields that are given as options. */
  readonly options?: readonly string[];
  /** Fields that are always the same. */
  readonly fixed?: Readonly<Record<string, string | boolean>>;
  /** Only of a server that runs. */
  readonly running?: true;
  /** Where no host is named: on all of them, one after the other. */
  readonly everywhere?: true;
  /** The second of all parameters may be left out, and is not needed: the host of the account, as Prosody takes it. */
  readonly spareHost?: true;
}

const running = { running: true } as const;
const everywhere = { everywhere: true } as const;
const spareHost = { spareHost: true } as const;

const USERS: readonly Row[] = [
  row('user disable', 'user.disable', 'Keep an account from logging in', ['JID'], ['jid'], {
    options: ['reason', 'until'],
  }),
  row('user enable', 'user.enable', 'Let an account log in again', ['JID'], ['jid']),
  row('user restore', 'user.restore', 'Have back an account that was deleted', ['JID'], ['jid']),
  row('user info', 'user.info', 'Show the state and the role of an account', ['JID'], ['jid']),
  row('user role', 'user.role', 'Show the roles of an account', ['JID', '[HOST]'], ['jid', ''], {
    aliases: ['user roles'],
  }),
  row(
    'user set_role',
    'user.set_role',
    'Give an account a role',
    ['JID', '[HOST]', 'ROLE'],
    ['jid', 'role'],
    spareHost,
  ),
  row(
    'user addrole',
    'user.add_role',
    'Let an account ask to act with a further role',
    ['JID', '[HOST]', 'ROLE'],
    ['jid', 'role'],
    spareHost,
  ),
  row(
    'user delrole',
    'user.remove_role',
    'Take a further role from an account',
    ['JID', '[HOST]', 'ROLE'],
    ['jid', 'role'],
    spareHost,
  ),
  row(
    'user list_inactive',
    'user.list',
    'List the accounts that were not connected for a period, or never',
    ['HOST', 'PERIOD'],
    ['@host', 'inactive'],
  ),
  row('user activity', 'user.activity', 'Show since when an account has been away', ['JID'], ['jid']),
  row('user registration', 'user.registration', 'Show what was filled in when an account was made', ['JID'], ['jid']),
  row('user count', 'user.count', 'Count the accounts of a host', ['HOST'], ['@host']),
  row('role list', 'role.list', 'List the roles that accounts can have', ['[HOST]'], ['@host']),
  row('role show', 'role.show', 'Show what a role may do', ['[HOST]', 'ROLE'], ['@host', 'role']),
  row('admin list', 'admin.list', 'List the administrators of a host', ['[HOST]'], ['@host']),
  row('flags list', 'flags.list', 'List the flags of an account', ['JID'], ['jid']),
  row('flags add', 'flags.add', 'Put a flag on an account', ['JID', 'FLAG', '[COMMENT]'], ['jid', 'flag', 'comment']),
  row('flags remove', 'flags.remove', 'Take a flag from an account', ['JID', 'FLAG'], ['jid', 'flag']),
  row('flags find', 'flags.find', 'List the accounts that have a flag', ['HOST', 'FLAG'], ['@host', 'flag']),
  row('roster show', 'roster.show', 'Show the contacts of an account', ['JID'], ['jid']),
  row(
    'roster add',
    'roster.add',
    'Add or change a contact, without asking it',
    ['JID', 'CONTACT'],
    ['jid', 'contact'],
    {
      options: ['name', 'group', 'subscription'],
    },
  ),
  row('roster remove', 'roster.remove', 'Remove a contact, without telling it', ['JID', 'CONTACT'], ['jid', 'contact']),
  row('archive count', 'archive.count', 'Count the messages in the archive of an account', ['JID'], ['jid']),
  row('archive purge', 'archive.purge', 'Delete messages from the archive of an account', ['JID'], ['jid'], {
    options: ['older'],
  }),
];

const HOSTS: readonly Row[] = [
  row('module list', 'module.list', 'List the modules of a host', ['[HOST]'], ['@host'], running),
  row('module info', 'module.info', 'Show what a module is', ['MODULE', '[HOST]'], ['module', '@host'], running),
  row('module load', 'module.load', 'Load a module', ['MODULE', '[HOST]'], ['module', '@host'], running),
  row('module unload', 'module.unload', 'Unload a module', ['MODULE', '[HOST]'], ['module', '@host'], running),
  row('module reload', 'module.reload', 'Set a module up again', ['MODULE', '[HOST]'], ['module', '@host'], running),
  row('host list', 'host.list', 'List the domains that are served', [], [], running),
  row('host activate', 'host.activate', 'Serve a domain again', ['HOST'], ['domain'], running),
  row(
    'host deactivate',
    'host.deactivate',
    'Stop serving a domain; run on another one',
    ['HOST', '[ANOTHER]'],
    ['domain', '@host'],
    running,
  ),
  row('config get', 'config.get', 'Show the value of an option', ['[HOST]', 'OPTION'], ['@host', 'option'], running),
  row(
    'config set',
    'config.set',
    'Set an option until the next reload or start; VALUE is JSON or a text',
    ['[HOST]', 'OPTION', 'VALUE'],
    ['@host', 'option', 'value'],
    running,
  ),
  row('access show', 'access.show', 'Show with whom accounts may not communicate', ['[HOST]'], ['@host']),
  row(
    'announce',
    'announce.send',
    'Send a message to connected clients, or to "all" accounts',
    ['HOST', 'TEXT', '[online|all]'],
    ['@host', 'text', 'to'],
    { ...running, options: ['subject'] },
  ),
  row('announce online', 'announce.send', 'Send a message to connected clients', ['HOST', 'TEXT'], ['@host', 'text'], {
    ...running,
    fixed: { to: 'online' },
    options: ['subject'],
  }),
  row('announce all', 'announce.send', 'Send a message to all accounts', ['HOST', 'TEXT'], ['@host', 'text'], {
    ...running,
    fixed: { to: 'all' },
    options: ['subject'],
  }),
  row(
    'announce role',
    'announce.send',
    'Send a message to the accounts that have a role',
    ['HOST', 'ROLE', 'TEXT'],
    ['@host', 'role', 'text'],
    { ...running, fixed: { to: 'role' }, options: ['subject'] },
  ),
  row('motd show', 'motd.show', 'Show the message of the day', ['HOST'], ['@host']),
  row('motd set', 'motd.set', 'Set the message of the day', ['HOST', 'TEXT'], ['@host', 'text'], running),
  row('motd delete', 'motd.delete', 'Delete the message of the day', ['HOST'], ['@host']),
  row('welcome show', 'welcome.show', 'Show what new accounts are told', ['HOST'], ['@host']),
  row('welcome set', 'welcome.set', 'Set what new accounts are told', ['HOST', 'TEXT'], ['@host', 'text'], running),
  row('welcome delete', 'welcome.delete', 'Tell new accounts nothing', ['HOST'], ['@host']),
];

const SERVER: readonly Row[] = [
  row('server version', 'server.version', 'Show which version runs', [], [], running),
  row('server uptime', 'server.uptime', 'Show since when the server runs', [], [], running),
  row('server memory', 'server.memory', 'Show the memory that the server holds', [], [], running),
  row(
    'server shutdown',
    'server.shutdown',
    'Stop the server, perhaps later; all clients are told the reason',
    ['[REASON]'],
    ['reason'],
    { ...running, options: ['delay'] },
  ),
  row(
    'server restart',
    'server.restart',
    'Stop the server and start it again as the same process',
    ['[REASON]'],
    ['reason'],
    { ...running, options: ['delay'] },
  ),
  row('port list', 'port.list', 'List the ports that the server listens on', [], [], running),
  row('port close', 'port.close', 'Take no more connections on a port', ['PORT'], ['port'], running),
  row('cron tasks', 'cron.tasks', 'List what the server does again and again', [], [], running),
  row('debug caches', 'cache.info', 'Show the caches of a host', ['[HOST]'], ['@host'], running),
  row('xmpp ping', 'xmpp.ping', 'Ping a domain from a host', ['HOST', 'DOMAIN'], ['@host', 'to'], running),
  row('log list', 'log.list', 'List the places of the log', [], [], running),
  row(
    'log level',
    'log.set',
    'Log that level and all above it, until the next reload',
    ['LEVEL', '[SINK]'],
    ['level', 'sink'],
    running,
  ),
  row('audit', 'audit.list', 'Show what was changed, by whom and how', ['[HOST]'], ['@host'], {
    ...everywhere,
    options: ['who', 'operation', 'text', 'since', 'until', 'before', 'max'],
  }),
];

/** All of them, in the order in which they are listed. */
export const ROWS: readonly Row[] = [...USERS, ...HOSTS, ...SERVER];

function row(
  name: string,
  operation: string,
  summary: string,
  parameters: readonly string[],
  fields: readonly string[],
  more: Partial<Row> = {},
): Row {
  return { name, operation, summary, parameters, fields, ...more };
}
