/** Turns whatever a handler threw into what may go on the wire. */
import { randomId } from '../stanza/ids.ts';
import { StanzaError } from '../stanza/errors.ts';
import { StorageError } from '../storage/storage-error.ts';
import { printElement } from '../xml/print.ts';
import type { Log } from '../logging/log.ts';
import type { StanzaEvent } from './stanza-event.ts';

/** The storage is not to blame for good: what failed can be tried again. */
const AWAY: ReadonlySet<string> = new Set(['unavailable', 'too-slow', 'congested']);

/** Maps thrown values to stanza errors; what is no `StanzaError` is logged under an id that the sender is told. */
export class ErrorMapper {
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** `StanzaError`s as they are, a storage that is away as an error of type wait, everything else `internal-server-error` with an id that the log line carries. */
  toStanzaError(error: unknown, event: Pick<StanzaEvent, 'from' | 'stanza'>): StanzaError {
    if (error instanceof StanzaError) return error;
    if (error instanceof StorageError && AWAY.has(error.condition)) {
      this.#log.warn({ err: error, from: event.from.toString() }, 'the storage is away, stanza refused');
      return new StanzaError('resource-constraint', 'The server cannot reach its storage');
    }
    const id = randomId();
    this.#log.error(
      { err: error, error_id: id, from: event.from.toString(), stanza: printElement(event.stanza.tree()) },
      'handler failed',
    );
    return new StanzaError('internal-server-error', `Error ${id}`);
  }
}
