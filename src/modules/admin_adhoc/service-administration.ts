/** Service administration (XEP-0133 v1.3.1): its commands, each made of operations. */
import { StanzaError } from '../../stanza/errors.ts';
import { resultElement, type FieldValue, type ResultField } from '../../stanza/form-build.ts';
import type { FieldSpec } from '../../stanza/form-spec.ts';
import { Submission } from '../../stanza/form-submission.ts';
import { el } from '../../xml/element.ts';
import type { AdhocCaller, AdhocCommand, AdhocResult } from '../adhoc/service.ts';
import {
  ACCOUNT,
  ACCOUNTS,
  DELAY,
  MAX_ITEMS,
  NS_ADMIN,
  PASSWORD,
  PASSWORD_AGAIN,
  contacts,
  counts,
  lines,
  motd,
  sessions,
  users,
} from './fields.ts';
import type { Runner } from './runner.ts';

const NS_ROSTER = 'jabber:iq:roster';

/** Runs operations for the one who executes the command. */
type Run = (operation: string, input: object) => Promise<unknown>;

/** A command as it is written below. */
interface Description {
  /** Its node, behind `NS_ADMIN#`. */
  readonly node: string;
  readonly name: string;
  /** Who may run this operation may run the command. */
  readonly operation: string;
  readonly fields: readonly FieldSpec[];
  readonly current?: (run: Run) => Promise<ReadonlyMap<string, FieldValue>>;
  readonly run: (run: Run, values: Submission) => Promise<AdhocResult>;
}

const NOTHING = new Submission(new Map());
const ANNOUNCEMENT = lines('announcement', 'The announcement', true);
const ALL_ONLINE = (run: Run) => run('session.list', {}).then((found) => sessions.parse(found).sessions);

const DESCRIPTIONS: readonly Description[] = [
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
  list('get-online-users-list', 'Get list of online users', 'session.list', 'onlineuserjids', async (run) =>
    accounts(await ALL_ONLINE(run), () => true),
  ),
  list('get-active-users', 'Get list of active users', 'session.list', 'activeuserjids', async (run) =>
    accounts(await ALL_ONLINE(run), isActive),
  ),
  list('get-idle-users', 'Get list of idle users', 'session.list', 'activeuserjids', async (run) =>
    accounts(await ALL_ONLINE(run), isIdle),
  ),
  {
    node: 'announce',
    name: 'Send announcement to online users',
    operation: 'announce.send',
    fields: [ANNOUNCEMENT],
    run: async (run, values) => {
      await run('announce.send', { text: values.text('announcement'), to: 'online' });
      return done('The announcement was sent');
    },
  },
  {
    node: 'set-motd',
    name: 'Set message of the day',
    operation: 'motd.set',
    fields: [lines('motd', 'Message of the day', true)],
    run: setMotd,
  },
  {
    node: 'edit-motd',
    name: 'Edit message of the day',
    operation: 'motd.set',
    fields: [lines('motd', 'Message of the day', true)],
    current: async (run) => new Map([['motd', motd.parse(await run('motd.show', {})).text]]),
    run: setMotd,
  },
  {
    node: 'delete-motd',
    name: 'Delete message of the day',
    operation: 'motd.delete',
    fields: [],
    run: async (run) => {
      await run('motd.delete', {});
      return done('The message of the day was deleted');
    },
  },
  {
    node: 'set-welcome',
    name: 'Set welcome message',
    operation: 'welcome.set',
    fields: [lines('welcome', 'Welcome message', true)],
    run: async (run, values) => {
      await run('welcome.set', { text: values.text('welcome') });
      return done('The welcome message was set');
    },
  },
  {
    node: 'delete-welcome',
    name: 'Delete welcome message',
    operation: 'welcome.delete',
    fields: [],
    run: async (run) => {
      await run('welcome.delete', {});
      return done('The welcome message was deleted');
    },
  },
  {
    node: 'shutdown',
    name: 'Shut down service',
    operation: 'server.shutdown',
    fields: [DELAY, lines('announcement', 'The announcement', false)],
    run: async (run, values) => {
      const text = values.text('announcement') ?? '';
      if (text !== '') await run('announce.send', { text, to: 'online' });
      await run('server.shutdown', { delay: values.integer('delay') });
      return done('The server will stop');
    },
  },
];

/** All commands of service administration whose operations there are or may be, by node. */
export function serviceAdministration(runner: Runner): ReadonlyMap<string, AdhocCommand> {
  return new Map(DESCRIPTIONS.map((it) => [`${NS_ADMIN}#${it.node}`, commandOf(it, runner)]));
}

function commandOf({ node, name, operation, fields, current, run }: Description, runner: Runner): AdhocCommand {
  const as =
    (caller: AdhocCaller): Run =>
    (which, input) =>
      runner.run(which, input, caller);
  const form = { formType: NS_ADMIN, title: name, fields };
  return {
    node: `${NS_ADMIN}#${node}`,
    name,
    mayRun: (who) => runner.mayRun(operation, who),
    start: async (caller) => {
      if (fields.length === 0) return run(as(caller), NOTHING);
      const values = await current?.(as(caller));
      const step = { form, submit: (given: Submission, by: AdhocCaller) => run(as(by), given) };
      return values === undefined ? step : { ...step, current: values };
    },
  };
}

function done(text: string): AdhocResult {
  return { note: { type: 'info', text } };
}

function result(...fields: readonly ResultField[]) {
  return resultElement(NS_ADMIN, fields);
}

/** A command that takes nothing and tells a number. */
function count(
  node: string,
  name: string,
  operation: string,
  field: string,
  value: (run: Run) => Promise<number>,
): Description {
  return {
    node,
    name,
    operation,
    fields: [],
    run: async (run) => ({ result: result({ var: field, label: name, value: await value(run) }) }),
  };
}

/** A command that takes how many addresses are wanted, and tells them. */
function list(
  node: string,
  name: string,
  operation: string,
  field: string,
  value: (run: Run, max: number | undefined) => Promise<readonly string[]>,
): Description {
  return {
    node,
    name,
    operation,
    fields: [MAX_ITEMS],
    run: async (run, values) => {
      const wanted = values.text('max_items');
      const max = wanted === undefined || wanted === 'none' ? undefined : Number(wanted);
      const jids = (await value(run, max)).slice(0, max);
      return { result: result({ var: field, type: 'jid-multi', label: name, value: jids }) };
    },
  };
}

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

async function setMotd(run: Run, values: Submission): Promise<AdhocResult> {
  await run('motd.set', { text: values.text('motd') });
  return done('The message of the day was set');
}

/** Do it for every account named; those for which it fails do not keep it from the others. */
async function each(values: Submission, what: string, work: (jid: string) => Promise<unknown>): Promise<AdhocResult> {
  const failed: string[] = [];
  const jids = values.list('accountjids') ?? [];
  for (const jid of jids) {
    try {
      await work(jid);
    } catch (error) {
      if (!(error instanceof StanzaError) || error.condition === 'forbidden') throw error;
      failed.push(error.text ?? error.condition);
    }
  }
  if (failed.length === 0) return done(`${jids.length} ${what}`);
  return { note: { type: 'error', text: `${jids.length - failed.length} ${what}; ${failed.join('; ')}` } };
}
