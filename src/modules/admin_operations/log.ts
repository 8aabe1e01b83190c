/** Operations on the log. */
import { z } from 'zod';
import type { ModuleApi } from '../../host/module.ts';
import { EVENT_LEVELS, LOG_LEVELS } from '../../logging/levels.ts';
import type { Logs } from '../../logging/logs.ts';
import { StanzaError } from '../../stanza/errors.ts';

const sinks = z.object({
  sinks: z.array(
    z.object({
      to: z.string(),
      levels: z.array(z.enum(EVENT_LEVELS)).readonly(),
      /** Lines that could not be written. */
      dropped: z.int(),
    }),
  ),
});

/** Define `log.list` and `log.set`. */
export function logOperations(m: ModuleApi): void {
  const { server } = m.host;
  const role = 'prosody:operator';

  m.operation({
    name: 'log.list',
    summary: 'List the places of the log, what is written there, and how many lines could not be written',
    input: z.object({}),
    output: sinks,
    role,
    changes: false,
    cli: 'log list',
    run: async () => ({ sinks: [...logsOf(server).sinks] }),
  });

  m.operation({
    name: 'log.set',
    summary: 'Write that level and all above it to the log until the next reload or start',
    input: z.object({
      level: z.enum(LOG_LEVELS).describe('Least level that is written'),
      sink: z.string().optional().describe('One place of the log, as log.list names it; all by default'),
    }),
    output: sinks,
    role,
    changes: true,
    cli: 'log level',
    run: async ({ level, sink }) => {
      const logs = logsOf(server);
      if (logs.setLevel(level, sink) === 0) {
        const known = logs.sinks.map(({ to }) => to).join(', ');
        throw new StanzaError(
          'item-not-found',
          `The log does not go to ${sink ?? 'any place'}, but to ${known || 'none'}`,
        );
      }
      return { sinks: [...logs.sinks] };
    },
  });
}

/**
 * The places of the log.
 * @throws StanzaError `not-allowed` the process around the server has another log
 */
export function logsOf({ logs }: { readonly logs: Logs | undefined }): Logs {
  if (logs === undefined) throw new StanzaError('not-allowed', 'Nothing runs that has a log');
  return logs;
}
