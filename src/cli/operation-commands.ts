/** Commands that are one operation each. */
import { z } from 'zod';
import { Jid } from '../jid/jid.ts';
import type { Command, CommandContext } from './command.ts';
import { ROWS, type Row } from './operation-rows.ts';
import { MeantServer } from './meant-server.ts';
import type { Call, Operator } from './operator.ts';
import { progressBar } from './progress-bar.ts';
import { resultText } from './result-text.ts';

/** Fields of inputs that are numbers. */
const NUMBERS: ReadonlySet<string> = new Set(['max', 'delay', 'port']);

/** All of them. */
export const OPERATION_COMMANDS: readonly Command[] = ROWS.map((it) => ({
  name: it.name,
  aliases: it.aliases ?? [],
  summary: it.summary,
  parameters: it.parameters,
  options: ['json', ...(it.options ?? [])],
  run: (context) => run(it, context),
}));

async function run(row: Row, context: CommandContext): Promise<number> {
  const { operation, options: own = [], fixed, everywhere = false } = row;
  const { options, out, err, interactive } = context;
  const input: Record<string, unknown> = { ...fixed };
  let host: string | undefined;
  for (const [field, value] of named(row, context.parameters)) {
    if (field === '@host') host = Jid.parse(value)?.domain ?? value;
    else input[field] = NUMBERS.has(field) ? Number(value) : value;
  }
  for (const name of own) {
    const value = options[name];
    if (value !== undefined) input[name] = NUMBERS.has(name) ? Number(value) : value;
  }
  const { jid } = input;
  if (typeof jid === 'string') host ??= Jid.parse(jid)?.domain;
  const operator = await operatorFor(context, row.running === true);
  try {
    const call = { operation, input, progress: progressBar(err, interactive) };
    const result = await (host === undefined && everywhere
      ? onAllHosts(operator, call)
      : operator.run(host === undefined ? call : { ...call, host }));
    out(options.json === true ? `${JSON.stringify(result)}\n` : resultText(result));
    return 0;
  } finally {
    await operator.close();
  }
}

/** Parameters by their fields. Those in brackets are left out from the front, as Prosody's hosts are. */
function named({ parameters, fields, spareHost }: Row, given: readonly string[]): (readonly [string, string])[] {
  if (spareHost === true) return pairs(fields, given.length > fields.length ? given.toSpliced(1, 1) : given);
  const missing = parameters.length - given.length;
  const first = parameters[0]?.startsWith('[') === true && parameters.at(-1)?.startsWith('[') !== true;
  return pairs(first ? fields.slice(missing) : fields, given);
}

function pairs(fields: readonly string[], values: readonly string[]): (readonly [string, string])[] {
  return values.flatMap((value, index) => {
    const field = fields[index] ?? '';
    return field === '' ? [] : [[field, value] as const];
  });
}

/** Whoever can run the operations. @throws Error where only a server that runs can, and none does */
export async function operatorFor({ options }: Pick<CommandContext, 'options'>, running: boolean): Promise<Operator> {
  const server = new MeantServer(options);
  return running ? server.required() : server.any();
}

const hostList = z.object({ hosts: z.array(z.object({ domain: z.string(), kind: z.string(), active: z.boolean() })) });

/**
 * Run it on all hosts that have accounts, one after the other.
 * @returns the lists of all answers as one
 */
export async function onAllHosts(operator: Operator, call: Call): Promise<Record<string, unknown[]>> {
  const { hosts } = hostList.parse(await operator.run({ operation: 'host.list', input: {} }));
  const merged: unknown[] = [];
  let name = '';
  for (const { domain, kind, active } of hosts) {
    if (kind !== 'host' || !active) continue;
    const answer: unknown = await operator.run({ ...call, host: domain });
    for (const [key, value] of Object.entries(answer ?? {})) {
      if (!Array.isArray(value)) continue;
      name = key;
      for (const item of value) merged.push(item);
    }
  }
  return { [name]: merged };
}
