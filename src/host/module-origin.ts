/** A module as a sender. */
import type { Log } from '../logging/log.ts';
import type { Stanza } from '../xml/stanza.ts';
import type { Origin } from './origin.ts';
import { ReleaseQueue } from './release-queue.ts';

/** What a module sends is ordered by a queue of its own; errors that answer no request end here. */
export class ModuleOrigin implements Origin {
  readonly session = undefined;
  readonly release: ReleaseQueue;
  readonly #log: Log;
  readonly #settle: (stanza: Stanza) => boolean;

  constructor(log: Log, settle: (stanza: Stanza) => boolean) {
    this.#log = log;
    this.release = new ReleaseQueue(undefined, (error) => log.error({ err: error }, 'an output failed'));
    this.#settle = settle;
  }

  reply(stanza: Stanza): void {
    if (this.#settle(stanza)) return;
    this.#log.debug({ kind: stanza.name, type: stanza.type, from: stanza.from }, 'reply to a module, not awaited');
  }

  finished(): void {
    // Nobody counts what a module sends.
  }
}
