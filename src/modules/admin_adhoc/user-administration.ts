/** The commands of service administration (XEP-0133 v1.3.1) on accounts: §4.1 to §4.10, §4.13 to §4.22. */
import { formatDateTime } from '../../stanza/datetime.ts';
import { StanzaError } from '../../stanza/errors.ts';
import { el } from '../../xml/element.ts';
import { count, done, each, list, result, type Description, type Run } from './description.ts';
import { ACCOUNT, ACCOUNTS, PASSWORD, PASSWORD_AGAIN, activity, contacts, counts, sessions, users } from './fields.ts';

const NS_ROSTER = 'jabber:iq:roster';

const ALL_ONLINE = (run: Run) => run('session.list', {}).then((found) => sessions.parse(found).sessions);

/** In the order of the specification. */
export const USER_COMMANDS: readonly Description[] = [
  {
    node: 'add-user',
    name: 'Add user',
    operation: 'user.create',
    fields: [ACCOUNT, PASSWORD, PASSWORD_AGAIN],
    run: async (run, values) => {
      const password = values.text('password');
      if (password !== values.text('password-verify')) throw new StanzaError('not-acceptable', 'The passwords differ');
      await run('user.create', { jid: values.text('accountjid'), password });
      return done('The account was created');
    },
  },
  {
    node: 'delete-user',
    name: 'Delete user',
    operation: 'user.delete',
    fields: [ACCOUNTS],
    run: (run, values) => each(values, 'deleted', (jid) => run('user.delete', { jid })),
  },
  {
    node: 'disable-user',
    name: 'Disable user',
    operation: 'user.disable',
    fields: [ACCOUNTS],
    run: (run, values) => each(values, 'disabled', (jid) => run('user.disable', { jid })),
  },
  {
    node: 'reenable-user',
    name: 'Re-enable user',
    operation: 'user.enable',
    fields: [ACCOUNTS],
    run: (run, values) => each(values, 'enabled', (jid) => run('user.enable', { jid })),
  },
  {
    node: 'end-user-session',
    name: 'End user session',
    operation: 'session.close',
    fields: [ACCOUNTS],
    run: (run, values) => each(values, 'disconnected', (jid) => run('session.close', { jid })),
  },
  {
    node: 'change-user-password',
    name: 'Change user password',
    operation: 'user.password',
    fields: [ACCOUNT, PASSWORD],
    run: async (run, values) => {
      await run('user.password', { jid: values.text('accountjid'), password: values.text('password') });
      return done('The password was changed');
    },
  },
  {
    node: 'get-user-roster',
    name: 'Get user roster',
    operation: 'roster.show',
    fields: [ACCOUNT],
    run: async (run, values) => {
      const jid = values.text('accountjid') ?? '';
      const found = contacts.parse(await run('roster.show', { jid }));
      const items = found.contacts.map(({ jid: contact, name, groups, subscription }) =>
        el(
          'item',
          NS_ROSTER,
          { jid: contact, name, subscription },
          groups.map((group) => el('group', NS_ROSTER, group)),
        ),
      );
      return { result: result({ var: 'accountjid', value: jid }).append(el('query', NS_ROSTER, items)) }; // §4.8
    },
  },
  {
    node: 'get-user-lastlogin',
    name: 'Get user last login time',
    operation: 'user.activity',
    fields: [ACCOUNT],
    run: async (run, values) => {
      const jid = values.text('accountjid') ?? '';
      const { online, left } = activity.parse(await run('user.activity', { jid }));
      if (!online && left === undefined) return { note: { type: 'info', text: `${jid} was never seen` } };
      // Who is there logged in; of all others it is known when they left.
      const lastlogin = online ? formatDateTime(Date.now() * 1000) : (left ?? '');
      return { result: result({ var: 'accountjid', value: jid }, { var: 'lastlogin', value: lastlogin }) };
    },
  },
  {
    node: 'user-stats',
    name: 'Get user statistics',
    operation: 'roster.show',
    fields: [ACCOUNT],
    run: async (run, values) => {
      const jid = values.text('accountjid');
      const online = sessions.parse(await run('session.list', { jid })).sessions;
      const roster = contacts.parse(await run('roster.show', { jid })).contacts;
      const addresses = online.flatMap(({ address }) => (address === undefined ? [] : [address]));
      return {
        result: result(
          { var: 'ipaddresses', value: [...new Set(addresses)] },
          { var: 'rostersize', value: roster.length },
          { var: 'onlineresources', value: online.map((it) => it.jid.slice(it.jid.indexOf('/') + 1)) },
        ),
      };
    },
  },
  count(
    'get-registered-users-num',
    'Get number of registered users',
    'user.count',
    'registeredusersnum',
    async (run) => counts.parse(await run('user.count', {})).registered,
  ),
  count(
    'get-disabled-users-num',
    'Get number of disabled users',
    'user.count',
    'disabledusersnum',
    async (run) => counts.parse(await run('user.count', {})).disabled,
  ),
  count(
    'get-online-users-num',
    'Get number of online users',
    'user.count',
    'onlineusersnum',
    async (run) => counts.parse(await run('user.count', {})).online,
  ),
  count(
    'get-active-users-num',
    'Get number of active users',
    'session.list',
    'activeusersnum',
    async (run) => accounts(await ALL_ONLINE(run), isActive).length,
  ),
  count(
    'get-idle-users-num',
    'Get number of idle users',
    'session.list',
    'idleusersnum',
    async (run) => accounts(await ALL_ONLINE(run), isIdle).length,
  ),
  list(
    'get-registered-users-list',
    'Get list of registered users',
    'user.list',
    'registereduserjids',
    async (run, max) => users.parse(await run('user.list', max === undefined ? {} : { max })).users,
  ),
  list(
    'get-disabled-users-list',
    'Get list of disabled users',
    'user.list',
    'disableduserjids',
    async (run, max) => users.parse(await run('user.list', { state: 'disabled', ...(max && { max }) })).users,
  ),
  list('get-online-users-list', 'Get list of online users', 'session.list', 'onlineuserjids', async (run) =>
    accounts(await ALL_ONLINE(run), () => true),
  ),
  list('get-active-users', 'Get list of active users', 'session.list', 'activeuserjids', async (run) =>
    accounts(await ALL_ONLINE(run), isActive),
  ),
  list('get-idle-users', 'Get list of idle users', 'session.list', 'activeuserjids', async (run) =>
    accounts(await ALL_ONLINE(run), isIdle),
  ),
];

interface Online {
  readonly jid: string;
  readonly presence: string;
}

/** The accounts of those sessions. */
function accounts(online: readonly Online[], which: (session: Online) => boolean): string[] {
  return [...new Set(online.filter(which).map(({ jid }) => jid.slice(0, jid.indexOf('/'))))];
}

function isActive({ presence }: Online): boolean {
  return presence === 'available' || presence === 'chat' || presence === 'dnd';
}

function isIdle({ presence }: Online): boolean {
  return presence === 'away' || presence === 'xa';
}
