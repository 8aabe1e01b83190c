/** Commands that are one operation each. */
import { z } from 'zod';
import { Jid } from '../jid/jid.ts';
import type { Command, CommandContext } from './command.ts';
import { anyOperator, runningServer, settingsOf, type Operator } from './operator.ts';
import { resultText } from './result-text.ts';

/** Fields of inputs that are numbers. */
const NUMBERS: ReadonlySet<string> = new Set(['max', 'delay']);

interface Row {
  readonly name: string;
  readonly operation: string;
  readonly summary: string;
  /** Parameters as they are shown; each stands for the field of the same position, `@host` for the host it is run on. */
  readonly parameters?: readonly string[];
  readonly fields?: readonly string[];
  /** Fields that are given as options. */
  readonly options?: readonly string[];
  /** Only of a server that runs. */
  readonly running?: true;
  /** Where no host is named: on all of them, one after the other. */
  readonly everywhere?: true;
}

const ROWS: readonly Row[] = [
  row('user activity', 'user.activity', 'Show since when an account has been away', ['JID'], ['jid']),
  row('user registration', 'user.registration', 'Show what was filled in when an account was made', ['JID'], ['jid']),
  row('user count', 'user.count', 'Count the accounts of a host', ['HOST'], ['@host']),
  row('roster show', 'roster.show', 'Show the contacts of an account', ['JID'], ['jid']),
  {
    ...row(
      'roster add',
      'roster.add',
      'Add or change a contact, without asking it',
      ['JID', 'CONTACT'],
      ['jid', 'contact'],
    ),
    options: ['name', 'group', 'subscription'],
  },
  row('roster remove', 'roster.remove', 'Remove a contact, without telling it', ['JID', 'CONTACT'], ['jid', 'contact']),
  row('archive count', 'archive.count', 'Count the messages in the archive of an account', ['JID'], ['jid']),
  {
    ...row('archive purge', 'archive.purge', 'Delete messages from the archive of an account', ['JID'], ['jid']),
    options: ['older'],
  },
  {
    ...row('c2s show', 'session.list', 'List the clients that are connected', ['[JID]'], ['jid']),
    options: ['max'],
    running: true,
    everywhere: true,
  },
  {
    ...row('c2s close', 'session.close', 'End the connections of an account or of one resource', ['JID'], ['jid']),
    options: ['reason'],
    running: true,
  },
  { ...row('module list', 'module.list', 'List the modules of a host', ['[HOST]'], ['@host']), running: true },
  {
    ...row('module info', 'module.info', 'Show what a module is', ['MODULE', '[HOST]'], ['module', '@host']),
    running: true,
  },
  { ...row('module load', 'module.load', 'Load a module', ['MODULE', '[HOST]'], ['module', '@host']), running: true },
  {
    ...row('module unload', 'module.unload', 'Unload a module', ['MODULE', '[HOST]'], ['module', '@host']),
    running: true,
  },
  {
    ...row('module reload', 'module.reload', 'Set a module up again', ['MODULE', '[HOST]'], ['module', '@host']),
    running: true,
  },
  { ...row('host list', 'host.list', 'List the domains that are served'), running: true },
  { ...row('host activate', 'host.activate', 'Serve a domain again', ['HOST'], ['domain']), running: true },
  {
    ...row(
      'host deactivate',
      'host.deactivate',
      'Stop serving a domain; run on another one',
      ['HOST', '[ANOTHER]'],
      ['domain', '@host'],
    ),
    running: true,
  },
  {
    ...row(
      'announce',
      'announce.send',
      'Send a message to connected clients, or to "all" accounts',
      ['HOST', 'TEXT', '[online|all]'],
      ['@host', 'text', 'to'],
    ),
    options: ['subject'],
    running: true,
  },
  row('motd show', 'motd.show', 'Show the message of the day', ['HOST'], ['@host']),
  { ...row('motd set', 'motd.set', 'Set the message of the day', ['HOST', 'TEXT'], ['@host', 'text']), running: true },
  { ...row('motd delete', 'motd.delete', 'Delete the message of the day', ['HOST'], ['@host']), running: true },
  { ...row('server version', 'server.version', 'Show which version runs'), running: true },
  { ...row('server uptime', 'server.uptime', 'Show since when the server runs'), running: true },
  { ...row('server memory', 'server.memory', 'Show the memory that the server holds'), running: true },
  { ...row('server shutdown', 'server.shutdown', 'Stop the server, perhaps later'), options: ['delay'], running: true },
  { ...row('reload', 'server.reload', 'Have the server read its certificates anew'), running: true },
  {
    ...row('audit', 'audit.list', 'Show what was changed, by whom and how', ['[HOST]'], ['@host']),
    options: ['who', 'operation', 'text', 'since', 'until', 'before', 'max'],
    everywhere: true,
  },
];

/** All of them. */
export const OPERATION_COMMANDS: readonly Command[] = ROWS.map((it) => ({
  name: it.name,
  summary: it.summary,
  parameters: it.parameters ?? [],
  options: ['json', ...(it.options ?? [])],
  run: (context) => run(it, context),
}));

function row(
  name: string,
  operation: string,
  summary: string,
  parameters: readonly string[] = [],
  fields: readonly string[] = [],
): Row {
  return { name, operation, summary, parameters, fields };
}

async function run({ operation, fields = [], options: own = [], running, everywhere }: Row, context: CommandContext) {
  const { parameters, options, out } = context;
  const input: Record<string, unknown> = {};
  let host: string | undefined;
  for (const [index, field] of fields.entries()) {
    const value = parameters[index];
    if (value === undefined) continue;
    if (field === '@host') host = Jid.parse(value)?.domain ?? value;
    else input[field] = value;
  }
  for (const name of own) {
    const value = options[name];
    if (value !== undefined) input[name] = NUMBERS.has(name) ? Number(value) : value;
  }
  const { jid } = input;
  if (typeof jid === 'string') host ??= Jid.parse(jid)?.domain;
  const operator = await operatorFor(context, running === true);
  try {
    const result = await answerOf(operator, operation, input, host, everywhere === true);
    out(options.json === true ? `${JSON.stringify(result)}\n` : resultText(result));
    return 0;
  } finally {
    await operator.close();
  }
}

async function operatorFor({ options }: CommandContext, running: boolean): Promise<Operator> {
  const settings = await settingsOf(options);
  const operator = running ? await runningServer(settings) : await anyOperator(settings);
  if (operator === undefined) throw new Error(`the server does not run: nothing answers at ${settings.adminSocket}`);
  return operator;
}

const hostList = z.object({ hosts: z.array(z.object({ domain: z.string(), kind: z.string(), active: z.boolean() })) });

async function answerOf(
  operator: Operator,
  operation: string,
  input: object,
  host: string | undefined,
  everywhere: boolean,
): Promise<unknown> {
  if (host !== undefined) return operator.run({ operation, host, input });
  if (!everywhere) return operator.run({ operation, input });
  const { hosts } = hostList.parse(await operator.run({ operation: 'host.list', input: {} }));
  const merged: unknown[] = [];
  let name = '';
  for (const { domain, kind, active } of hosts) {
    if (kind !== 'host' || !active) continue;
    const answer: unknown = await operator.run({ operation, host: domain, input });
    for (const [key, value] of Object.entries(answer ?? {})) {
      if (!Array.isArray(value)) continue;
      name = key;
      for (const item of value) merged.push(item);
    }
  }
  return { [name]: merged };
}
