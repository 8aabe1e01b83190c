/** Many clients that write to each other, and one history of what they did and saw. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { HistoryEvent } from './history.ts';
import { LoadSlot } from './load-slot.ts';
import { readBack } from './read-back.ts';

/** How large a load is. */
export interface LoadOptions {
  readonly port: number;
  /** Accounts `u0` to `u<accounts - 1>`, each with two clients. */
  readonly accounts: number;
  /** Milliseconds between two bursts of a client. */
  readonly pause: number;
  readonly random: () => number;
}

/** Milliseconds until everything has to be acknowledged once nothing new is sent. */
const PATIENCE = 120_000;

/** See the file's comment. */
export class Load {
  readonly history: HistoryEvent[] = [];
  /** How often sessions ended that no client ended, by the condition of the stream error or what else it was. */
  readonly endings = new Map<string, number>();
  readonly #users: readonly string[];
  readonly #slots: readonly LoadSlot[];
  readonly #port: number;
  readonly #ends: readonly Promise<void>[];
  #acknowledged = 0;

  /** Starts at once. */
  constructor({ port, accounts, pause, random }: LoadOptions) {
    this.#port = port;
    this.#users = Array.from({ length: accounts }, (_, number) => `u${number}`);
    const record = (event: HistoryEvent): void => this.#record(event);
    const over = (how: string): void => void this.endings.set(how, (this.endings.get(how) ?? 0) + 1);
    this.#slots = this.#users.flatMap((user) => {
      const others = this.#users.filter((other) => other !== user);
      return ['a', 'b'].map((name) => new LoadSlot({ port, user, name, others, pause, random, record, over }));
    });
    this.#ends = this.#slots.map((slot) => slot.run());
  }

  /** Messages and changes acknowledged so far. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** Wait for so many more acknowledgements. @throws Error they do not come */
  async progress(count: number, patience = PATIENCE): Promise<void> {
    const wanted = this.#acknowledged + count;
    const deadline = Date.now() + patience;
    while (this.#acknowledged < wanted) {
      if (Date.now() > deadline) throw new Error(`${wanted - this.#acknowledged} acknowledgements did not come`);
      await sleep(5);
    }
  }

  /** Send nothing new, and wait until nothing waits for its acknowledgement any more. @throws Error something does */
  async finish(): Promise<void> {
    for (const slot of this.#slots) slot.stop();
    const deadline = Date.now() + PATIENCE;
    while (this.#slots.some(({ waiting }) => waiting > 0)) {
      if (Date.now() > deadline) throw new Error('not everything was acknowledged');
      // Clients whose last burst was answered have nothing under way that would wake them.
      await sleep(20);
    }
  }

  /** After `finish` and once the server has started anew: read everything back. */
  async readBack(): Promise<void> {
    for (const user of this.#users) await readBack(this.#port, user, (event) => this.#record(event));
  }

  /** When all clients have ended, which the end of the server brings about. */
  async ended(): Promise<void> {
    await Promise.all(this.#ends);
  }

  #record(event: HistoryEvent): void {
    this.history.push(event);
    if (event.kind === 'acked' || event.kind === 'confirmed') this.#acknowledged++;
  }
}
