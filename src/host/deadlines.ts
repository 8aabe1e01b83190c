/** Bounds for what handlers wait for. */
import { StanzaError } from '../stanza/errors.ts';

/** Gives every awaited handler an end: a handler that hangs costs its stanza, not the session. */
export class Deadlines {
  /** Milliseconds. */
  readonly limit: number;
  readonly #onExpired: (what: string) => void;

  constructor(limit: number, onExpired: (what: string) => void) {
    this.limit = limit;
    this.#onExpired = onExpired;
  }

  /**
   * The promise's outcome, or after the limit a rejection.
   * @throws StanzaError `resource-constraint` (type wait): the sender may try again
   */
  within<T>(work: Promise<T>, what: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const half = this.limit / 2;
      const expire = (): void => {
        this.#onExpired(what);
        reject(new StanzaError('resource-constraint', 'The server took too long'));
      };
      // In halves: after a freeze the first thing that runs are timers, and only then what has come in meanwhile.
      let timer = setTimeout(() => {
        timer = setTimeout(expire, half).unref();
      }, half).unref();
      work.then(
        (value) => {
          clearTimeout(timer);
          resolve(value);
        },
        (error: unknown) => {
          clearTimeout(timer);
          reject(error instanceof Error ? error : new Error(String(error)));
        },
      );
    });
  }
}
