/** `c2s …`: the clients that are connected, as Prosody's shell shows them. */
import { z } from 'zod';
import { Jid } from '../jid/jid.ts';
import type { Command, CommandContext } from './command.ts';
import { onAllHosts, operatorFor } from './operation-commands.ts';
import { resultText } from './result-text.ts';

const session = z.looseObject({
  id: z.string(),
  jid: z.string(),
  host: z.string(),
  address: z.string().optional(),
  connected: z.string().optional(),
  protocol: z.string().optional(),
  cipher: z.string().optional(),
  mechanism: z.string().optional(),
  csi: z.string(),
  sm: z.boolean(),
  presence: z.string(),
  priority: z.int(),
});
const page = z.object({ sessions: z.array(session) });
const closed = z.object({ closed: z.int() });

type Client = z.infer<typeof session>;

/** Columns by Prosody's names. */
const COLUMNS: Readonly<Record<string, (client: Client) => unknown>> = {
  id: ({ id }) => id,
  jid: ({ jid }) => jid,
  host: ({ host }) => host,
  ip: ({ address }) => address,
  ipv: ({ address }) => (address === undefined ? undefined : address.includes(':') ? 'IPv6' : 'IPv4'),
  connected: ({ connected }) => connected,
  csi: ({ csi }) => csi,
  secure: ({ protocol }) => protocol ?? 'no',
  enc: ({ protocol }) => protocol ?? 'no',
  cipher: ({ cipher }) => cipher,
  sasl: ({ mechanism }) => mechanism,
  sm: ({ sm }) => sm,
  presence: ({ presence }) => presence,
  priority: ({ priority }) => priority,
};
const USUAL = 'jid ip connected enc csi sm presence priority';
const ENCRYPTION = 'jid secure cipher';

const show = (name: string, summary: string, columns: string): Command => ({
  name,
  parameters: ['[JID|HOST]', '[COLUMNS]'],
  options: ['json', 'max'],
  summary,
  async run(context) {
    const [which, chosen = columns] = context.parameters;
    const clients = await find(context, which);
    const names = chosen.split(/[\s,]+/).filter((column) => column !== '');
    const unknown = names.find((column) => !Object.hasOwn(COLUMNS, column));
    if (unknown !== undefined) {
      throw new Error(`there is no column "${unknown}"; there are ${Object.keys(COLUMNS).join(', ')}`);
    }
    if (context.options.json === true) context.out(`${JSON.stringify({ sessions: clients })}\n`);
    else {
      const rows = clients.map((client) =>
        Object.fromEntries(names.map((column) => [column, COLUMNS[column]?.(client)])),
      );
      context.out(resultText({ sessions: rows }));
    }
    return 0;
  },
});

/** All of them. */
export const SESSION_COMMANDS: readonly Command[] = [
  show('c2s show', `List the clients that are connected; columns: ${Object.keys(COLUMNS).join(' ')}`, USUAL),
  show('c2s show_tls', 'List the clients and how their connections are encrypted', ENCRYPTION),
  {
    name: 'c2s count',
    parameters: ['[JID|HOST]'],
    options: ['json'],
    summary: 'Count the clients that are connected',
    async run(context) {
      const { length } = await find(context, context.parameters[0]);
      context.out(context.options.json === true ? `${JSON.stringify({ clients: length })}\n` : `${length}\n`);
      return 0;
    },
  },
  {
    name: 'c2s close',
    parameters: ['JID', '[REASON]'],
    options: ['json', 'reason'],
    summary: 'End the connections of an account or of one resource',
    run: (context) => {
      const [jid = '', reason = context.options.reason] = context.parameters;
      return close(context, Jid.parse(jid)?.domain, { jid, reason });
    },
  },
  {
    name: 'c2s closeall',
    parameters: ['[HOST]', '[REASON]'],
    options: ['json', 'reason'],
    summary: 'End the connections of all clients',
    async run(context) {
      const [host, reason = context.options.reason] = context.parameters;
      if (host !== undefined) return close(context, host, { all: true, reason });
      const hosts = new Set((await find(context, undefined)).map((client) => client.host));
      for (const each of hosts) await close(context, each, { all: true, reason });
      return 0;
    },
  },
];

async function find(context: CommandContext, which: string | undefined): Promise<readonly Client[]> {
  const jid = which === undefined ? undefined : Jid.parse(which);
  const { max } = context.options;
  const input = { jid: jid?.local === undefined ? undefined : which, max: max === undefined ? undefined : Number(max) };
  const operator = await operatorFor(context, true);
  try {
    const call = { operation: 'session.list', input };
    const host = jid?.domain ?? which;
    return page.parse(await (host === undefined ? onAllHosts(operator, call) : operator.run({ ...call, host })))
      .sessions;
  } finally {
    await operator.close();
  }
}

async function close(context: CommandContext, host: string | undefined, input: object): Promise<number> {
  const operator = await operatorFor(context, true);
  try {
    const call = { operation: 'session.close', input };
    const answer = closed.parse(await operator.run(host === undefined ? call : { ...call, host }));
    context.out(context.options.json === true ? `${JSON.stringify(answer)}\n` : resultText(answer));
    return 0;
  } finally {
    await operator.close();
  }
}
