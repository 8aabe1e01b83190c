/** Turns whatever a handler threw into what may go on the wire. */
import { randomId } from '../stanza/ids.ts';
import { StanzaError } from '../stanza/errors.ts';
import { printElement } from '../xml/print.ts';
import type { Log } from '../logging/log.ts';
import type { StanzaEvent } from './stanza-event.ts';

/** Maps thrown values to stanza errors; what is no `StanzaError` is logged under an id that the sender is told. */
export class ErrorMapper {
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** `StanzaError`s as they are, everything else `internal-server-error` with an id that the log line carries. */
  toStanzaError(error: unknown, event: StanzaEvent): StanzaError {
    if (error instanceof StanzaError) return error;
    const id = randomId();
    this.#log.error(
      { err: error, error_id: id, from: event.from.toString(), stanza: printElement(event.stanza.tree()) },
      'handler failed',
    );
    return new StanzaError('internal-server-error', `Error ${id}`);
  }
}
