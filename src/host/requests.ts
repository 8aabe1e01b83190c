/** Requests that the server itself sent and whose answers are awaited. */
import type { Jid } from '../jid/jid.ts';
import { StanzaError, parseStanzaError } from '../stanza/errors.ts';
import type { Stanza } from '../xml/stanza.ts';

interface Pending {
  readonly resolve: (answer: Stanza) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** Matches answers to requests by id, sender and recipient, so that nobody else can answer. */
export class PendingRequests {
  readonly #pending = new Map<string, Pending>();

  /** Requests without an answer yet. */
  get size(): number {
    return this.#pending.size;
  }

  /**
   * Await the answer to a request with that `id` from `from` to `to`.
   * @param timeout milliseconds
   * @throws StanzaError the error it was answered with, or `remote-server-timeout`
   */
  expect(from: string, to: string, id: string, timeout: number): Promise<Stanza> {
    const key = keyOf(from, to, id);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(key);
        reject(new StanzaError('remote-server-timeout', 'No answer in time'));
      }, timeout);
      timer.unref();
      this.#pending.set(key, { resolve, reject, timer });
    });
  }

  /** Is this the answer to one of them? `from` is who really sent it. */
  settle(from: Jid, stanza: Stanza): boolean {
    if (this.#pending.size === 0 || stanza.name !== 'iq') return false;
    const { type, id, to } = stanza;
    if ((type !== 'result' && type !== 'error') || id === undefined || to === undefined) return false;
    const key = keyOf(to, from.toString(), id);
    const pending = this.#pending.get(key);
    if (pending === undefined) return false;
    this.#pending.delete(key);
    clearTimeout(pending.timer);
    if (type === 'result') pending.resolve(stanza.with({ from: from.toString() }));
    else pending.reject(parseStanzaError(stanza));
    return true;
  }

  /** Give up on all: their promises are rejected. */
  cancel(reason: Error): void {
    for (const pending of this.#pending.values()) {
      clearTimeout(pending.timer);
      pending.reject(reason);
    }
    this.#pending.clear();
  }
}

function keyOf(from: string, to: string, id: string): string {
  return JSON.stringify([from, to, id]);
}
