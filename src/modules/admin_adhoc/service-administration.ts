/** Service administration (XEP-0133 v1.3.1): its commands, each made of operations. */
import type { FieldSpec } from '../../stanza/form-spec.ts';
import { Submission } from '../../stanza/form-submission.ts';
import type { AdhocCaller, AdhocCommand, AdhocResult } from '../adhoc/service.ts';
import { done, type Description, type Run } from './description.ts';
import { DELAY, NS_ADMIN, access, admins, lines, text } from './fields.ts';
import type { Runner } from './runner.ts';
import { USER_COMMANDS } from './user-administration.ts';

const NOTHING = new Submission(new Map());
const ANNOUNCEMENT = lines('announcement', 'The announcement', true);

/** §4.11, §4.12 and §4.23 to §4.31. */
const SERVICE_COMMANDS: readonly Description[] = [
  {
    node: 'edit-blacklist',
    name: 'Edit blacklist',
    operation: 'access.set',
    fields: [jids('blacklistjids', 'Addresses and domains with which there is no communication')],
    current: async (run) => new Map([['blacklistjids', access.parse(await run('access.show', {})).blocked]]),
    run: async (run, values) => {
      await run('access.set', { blocked: values.list('blacklistjids') ?? [] });
      return done('The list was changed');
    },
  },
  {
    node: 'edit-whitelist',
    name: 'Edit whitelist',
    operation: 'access.set',
    fields: [jids('whitelistjids', 'The only addresses and domains with which there is communication; none for all')],
    current: async (run) => new Map([['whitelistjids', access.parse(await run('access.show', {})).allowed]]),
    run: async (run, values) => {
      await run('access.set', { allowed: values.list('whitelistjids') ?? [] });
      return done('The list was changed');
    },
  },
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
    current: async (run) => new Map([['motd', text.parse(await run('motd.show', {})).text]]),
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
    current: async (run) => new Map([['welcome', text.parse(await run('welcome.show', {})).text]]),
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
    node: 'edit-admin',
    name: 'Edit admin list',
    operation: 'admin.set',
    fields: [jids('adminjids', 'The administrators')],
    current: async (run) => new Map([['adminjids', admins.parse(await run('admin.list', {})).admins]]),
    run: async (run, values) => {
      await run('admin.set', { admins: values.list('adminjids') ?? [] });
      return done('The list was changed');
    },
  },
  {
    node: 'restart',
    name: 'Restart service',
    operation: 'server.restart',
    fields: [DELAY, lines('announcement', 'The announcement', false)],
    run: (run, values) => stopping(run, 'server.restart', values),
  },
  {
    node: 'shutdown',
    name: 'Shut down service',
    operation: 'server.shutdown',
    fields: [DELAY, lines('announcement', 'The announcement', false)],
    run: (run, values) => stopping(run, 'server.shutdown', values),
  },
];

/** Each command's node, its name, and the operation that whoever runs it must be allowed to run. */
export const ADMINISTRATION: readonly Pick<Description, 'node' | 'name' | 'operation'>[] = [
  ...USER_COMMANDS,
  ...SERVICE_COMMANDS,
];

/** All commands of service administration whose operations there are or may be, by node. */
export function serviceAdministration(runner: Runner): ReadonlyMap<string, AdhocCommand> {
  return new Map(
    [...USER_COMMANDS, ...SERVICE_COMMANDS].map((it) => [`${NS_ADMIN}#${it.node}`, commandOf(it, runner)]),
  );
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

async function setMotd(run: Run, values: Submission): Promise<AdhocResult> {
  await run('motd.set', { text: values.text('motd') });
  return done('The message of the day was set');
}

async function stopping(run: Run, operation: string, values: Submission): Promise<AdhocResult> {
  await run(operation, { delay: values.integer('delay'), reason: values.text('announcement') });
  return done(operation === 'server.restart' ? 'The server will restart' : 'The server will stop');
}

function jids(name: string, label: string): FieldSpec {
  return { var: name, type: 'jid-multi', label };
}
