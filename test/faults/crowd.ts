/** Clients that are logged in and do nothing: what becomes of them when something happens to the server. */
import { FaultSession, SessionOver } from './session.ts';

/** Logins at a time. */
const PARALLEL = 20;

/** Clients that each account has; a server allows no more than some. */
export const EACH = 8;

/** How many accounts a crowd of that size needs. */
export function accountsFor(clients: number): number {
  return Math.ceil(clients / EACH);
}

/** Idle sessions of accounts `u<first>` and following. */
export class Crowd {
  readonly #sessions: readonly FaultSession[];
  readonly #watched: readonly Promise<string>[];

  private constructor(sessions: readonly FaultSession[]) {
    this.#sessions = sessions;
    this.#watched = sessions.map(ending);
  }

  /** Log them in. @throws Error one is refused */
  static async gather(port: number, first: number, clients: number): Promise<Crowd> {
    const sessions: FaultSession[] = [];
    let next = 0;
    const worker = async (): Promise<void> => {
      for (let n = next++; n < clients; n = next++) {
        const session = await FaultSession.open(port, `u${first + Math.floor(n / EACH)}`, `idle-${n % EACH}`);
        session.send('<presence/>');
        sessions.push(session);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, worker));
    return new Crowd(sessions);
  }

  /** How each of them ended, once all have: the condition of the stream error, or what else it was. */
  endings(): Promise<string[]> {
    return Promise.all(this.#watched);
  }

  /** When the first one ends. */
  async first(): Promise<void> {
    await Promise.race(this.#watched);
  }

  /** How many have not ended so far. */
  async open(): Promise<number> {
    const none = Symbol('open');
    const states = await Promise.all(this.#watched.map((one) => Promise.race([one, Promise.resolve(none)])));
    return states.filter((state) => state === none).length;
  }

  leave(): void {
    for (const session of this.#sessions) session.destroy();
  }
}

async function ending(session: FaultSession): Promise<string> {
  for (;;) {
    try {
      await session.next(3_600_000);
    } catch (error) {
      return error instanceof SessionOver ? error.how : String(error);
    }
  }
}
