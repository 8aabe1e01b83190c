/** Waits for a database that starts beside the server. */
import { setTimeout as wait } from 'node:timers/promises';
import { ConfigError } from '../../config/config-error.ts';
import type { Log } from '../../logging/log.ts';
import type { StorageConfig } from '../storage.ts';

/** Milliseconds between two attempts. */
const STEP = 500;

/** Milliseconds between two lines in the log. */
const SAY = 5000;

/**
 * Resolves when the database takes connections; at once for a storage without one.
 * @param seconds how long it is waited for; 0 not at all
 * @throws ConfigError it did not in that time
 */
export async function waitForDatabase(storage: StorageConfig, seconds: number, log: Log): Promise<void> {
  if (storage.kind !== 'postgresql' || seconds === 0) return;
  const { whyNotYet } = await import('../../storage/sql/postgresql/is-there.ts');
  const { host, searchParams } = new URL(storage.url);
  const database = searchParams.get('host') ?? host; // without the password
  const start = performance.now();
  for (let said = -SAY; ;) {
    const reason = await whyNotYet(storage.url);
    const waited = performance.now() - start;
    if (reason === undefined) {
      if (said >= 0) log.info({ database, seconds: Math.round(waited / 1000) }, 'the database answers');
      return;
    }
    if (waited >= seconds * 1000) {
      throw new ConfigError(`the database ${database} did not answer within ${seconds} s: ${reason}`);
    }
    if (waited - said >= SAY) {
      log.warn({ database, reason, secondsLeft: Math.ceil(seconds - waited / 1000) }, 'waiting for the database');
      said = waited;
    }
    await wait(STEP);
  }
}
