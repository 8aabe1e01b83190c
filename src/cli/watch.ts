/** `watch log` and `watch stanzas`: what happens, until Ctrl-C or the server's end. */
import { z } from 'zod';
import type { Command, CommandContext } from './command.ts';
import { MeantServer } from './meant-server.ts';

const dropped = z.object({ dropped: z.int() });
const logEvent = z.object({ line: z.string(), record: z.unknown() });
const stanzaEvent = z.object({ direction: z.enum(['in', 'out']), jid: z.string(), stanza: z.string() });

/** Something that happened, as the control socket tells it. */
type Told = Readonly<Record<string, unknown>>;

/** Show the log as it is written. */
export const watchLog: Command = {
  name: 'watch log',
  summary: 'Show what the server logs, until Ctrl-C',
  options: ['level', 'source', 'json'],
  run: (context) => {
    const { level, source } = context.options;
    return watch(context, 'watch.log', { level, source }, (event, json) => {
      const { line, record } = logEvent.parse(event);
      return json ? JSON.stringify(record) : line;
    });
  },
};

/** Show the stanzas of clients. */
export const watchStanzas: Command = {
  name: 'watch stanzas',
  parameters: ['[JID…]'],
  summary: 'Show the stanzas of clients, of all or these, until Ctrl-C; without what is said in them',
  options: ['in', 'out', 'json'],
  run: (context) => {
    const { in: incoming, out: outgoing } = context.options;
    const direction = incoming === outgoing ? 'both' : incoming === true ? 'in' : 'out';
    return watch(context, 'watch.stanzas', { jids: context.parameters, direction }, (event, json) => {
      const told = stanzaEvent.parse(event);
      return json ? JSON.stringify(told) : `${told.direction.padEnd(3)} ${told.jid} ${told.stanza}`;
    });
  },
};

async function watch(
  { options, out, err }: CommandContext,
  operation: string,
  input: object,
  show: (event: Told, json: boolean) => string,
): Promise<number> {
  const operator = await new MeantServer(options).required();
  let stopped = false;
  const stop = (): void => {
    stopped = true;
    void operator.close();
  };
  process.once('SIGINT', stop);
  const event = (told: Told): void => {
    const lost = dropped.safeParse(told);
    if (lost.success) err(`${lost.data.dropped} more were left out: they came faster than they could be shown\n`);
    else out(`${show(told, options.json === true)}\n`);
  };
  try {
    await operator.run({ operation, input, event });
  } catch (error) {
    if (!stopped) throw error;
  } finally {
    process.off('SIGINT', stop);
    await operator.close();
  }
  return 0;
}
