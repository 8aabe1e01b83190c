/** Signals: the first SIGTERM or SIGINT stops the server in order, the second one at once; SIGHUP has it read files anew. */
import { constants } from 'node:os';
import type { Log } from '../logging/log.ts';

/** What a shell adds to the number of the signal that ended a process. */
const SIGNAL_BASE = 128;

/** Exit code of a server that did not stop as it should. */
const EXIT_FAILED = 1;

/** Call `stop` at SIGTERM or SIGINT, and `reload`, which must not reject, at each SIGHUP before that. */
export function onSignals(log: Log, stop: () => Promise<void>, reload: () => Promise<void>): void {
  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(SIGNAL_BASE + constants.signals[signal]);
      stopping = true;
      log.info({ signal }, 'stopping');
      stop().catch((error: unknown) => {
        log.error({ err: error }, 'stopping failed');
        process.exitCode = EXIT_FAILED;
      });
    });
  }
  process.on('SIGHUP', () => {
    if (!stopping) void reload();
  });
}
