/** Commands that are being executed: each belongs to the full JID that began it, and to nobody else. */
import { randomBytes } from 'node:crypto';
import type { Jid } from '../../jid/jid.ts';
import type { AdhocForm } from './service.ts';

/** How long a form may wait to be filled in, in microseconds. */
const MAX_IDLE = 15 * 60 * 1_000_000;

/** Commands that one account may have begun; the oldest gives way. */
const MAX_PER_ACCOUNT = 16;

/** One command under way. */
export interface Running {
  readonly id: string;
  readonly node: string;
  /** Full JID. */
  readonly who: string;
  readonly account: string;
  /** The forms so far; the last one waits to be filled in. */
  readonly forms: AdhocForm[];
  /** When something happened last. */
  touched: number;
}

/** All commands under way on one host. */
export class RunningCommands {
  readonly #all = new Map<string, Running>();

  begin(node: string, who: Jid, form: AdhocForm, now: number): Running {
    const account = who.bare.key;
    const own: string[] = [];
    for (const [id, running] of this.#all) {
      if (now - running.touched > 2 * MAX_IDLE) this.#all.delete(id);
      else if (running.account === account) own.push(id);
    }
    const [oldest] = own;
    if (oldest !== undefined && own.length >= MAX_PER_ACCOUNT) this.#all.delete(oldest);
    const id = randomBytes(16).toString('base64url');
    const running: Running = { id, node, who: who.key, account, forms: [form], touched: now };
    this.#all.set(id, running);
    return running;
  }

  /** The command of that id, if it was begun by exactly that address; `expired` if that is too long ago. */
  find(id: string, node: string, who: Jid, now: number): Running | 'expired' | undefined {
    const running = this.#all.get(id);
    if (running === undefined || running.who !== who.key || running.node !== node) return undefined;
    if (now - running.touched > MAX_IDLE) {
      this.#all.delete(id);
      return 'expired';
    }
    running.touched = now;
    return running;
  }

  end(id: string): void {
    this.#all.delete(id);
  }

  /** Everything that address has begun. */
  endOf(who: Jid): void {
    for (const [id, running] of this.#all) if (running.who === who.key) this.#all.delete(id);
  }
}
