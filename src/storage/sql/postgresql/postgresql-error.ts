/** Errors of PostgreSQL as the storage understands them. */
import { StorageError } from '../../storage-error.ts';
import { toError } from '../../to-error.ts';

/** Classes and codes that pass: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const PASSING = [
  '08', // connection
  '25006', // read-only: a standby, or a full disk that an operator shut
  '40', // serialisation, deadlock
  '53', // disk full, out of memory, too many connections
  '55P03', // lock not available
  '57', // shutdown, statement timeout
  '58', // input or output
];

/** The server ended a statement that took longer than `statement_timeout`. */
const CANCELLED = '57014';

/** The five characters of an error that the server sent. */
function sqlState(error: Error): string | undefined {
  return 'code' in error && typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) ? error.code : undefined;
}

/** Did the server refuse the statement, so that the connection itself is sound? */
export function isRefusal(error: Error): boolean {
  const state = sqlState(error);
  return state !== undefined && !PASSING.some((passing) => state.startsWith(passing));
}

/**
 * An error from before COMMIT was sent: nothing is applied. `too-slow` if the server gave a statement up, `unavailable`
 * if trying again makes sense.
 */
export function databaseError(thrown: unknown): Error {
  const error = toError(thrown);
  if (error instanceof StorageError || isRefusal(error)) return error;
  const condition = sqlState(error) === CANCELLED ? 'too-slow' : 'unavailable';
  return new StorageError(condition, `the database cannot be used: ${error.message}`, { cause: error });
}
