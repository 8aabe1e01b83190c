/** A client that is there already and asks the server something, again and again: what others do must not hold it up. */
import { setTimeout as sleep } from 'node:timers/promises';
import { FaultSession } from './session.ts';

/** Milliseconds between an answer and the next request. */
const PACE = 50;

/** How long its answers took, in milliseconds. */
export interface Waits {
  readonly asked: number;
  readonly p99: number;
  readonly longest: number;
}

/** See the file's comment. */
export class Innocent {
  readonly #session: FaultSession;
  readonly #times: number[] = [];
  #over = false;

  private constructor(session: FaultSession) {
    this.#session = session;
  }

  static async watch(port: number, user: string): Promise<Innocent> {
    const innocent = new Innocent(await FaultSession.open(port, user, 'innocent'));
    void innocent.#run();
    return innocent;
  }

  /** Leave. */
  end(): Waits {
    this.#over = true;
    this.#session.destroy();
    const sorted = this.#times.toSorted((a, b) => a - b);
    const at = (part: number): number => Math.round(sorted[Math.ceil(sorted.length * part) - 1] ?? Infinity);
    return { asked: sorted.length, p99: at(0.99), longest: at(1) };
  }

  async #run(): Promise<void> {
    for (let n = 0; !this.#over; n++) {
      const begin = performance.now();
      await this.#session.ask('get', `p${n}`, "<ping xmlns='urn:xmpp:ping'/>").catch(() => undefined);
      if (!this.#over) this.#times.push(performance.now() - begin);
      await sleep(PACE);
    }
  }
}
