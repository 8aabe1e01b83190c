import type { Stanza } from '../xml/stanza.ts';
import type { Origin } from './origin.ts';
import type { Releasable } from './release-queue.ts';

/** A reply waiting in the sender's release queue; no stanza where the sender must not be answered. */
export class Reply implements Releasable {
  readonly #origin: Origin;
  readonly #stanza: Stanza | undefined;
  readonly #seq: number;
  readonly #onFailure: ((failure: Error) => Stanza | undefined) | undefined;

  constructor(
    origin: Origin,
    stanza: Stanza | undefined,
    seq: number,
    onFailure?: (failure: Error) => Stanza | undefined,
  ) {
    this.#origin = origin;
    this.#stanza = stanza;
    this.#seq = seq;
    this.#onFailure = onFailure;
  }

  release(failure: Error | undefined): void {
    const stanza = failure === undefined || this.#onFailure === undefined ? this.#stanza : this.#onFailure(failure);
    if (stanza !== undefined) this.#origin.reply(stanza);
    this.#origin.finished(this.#seq);
  }
}
