/** Remembers passwords that were right, so that the next login by PLAIN costs no key derivation. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { ScramKeys } from '../../stream/sasl/scram-keys.ts';

/**
 * The last right password of some accounts, as an HMAC whose key nobody but this process has. The account's keys are part
 * of it: once they are replaced, nothing that is remembered fits any more.
 */
export class KnownPasswords {
  readonly #secret = randomBytes(32);
  readonly #max: number;
  /** By user name, the one used longest ago first. */
  readonly #known = new Map<string, Buffer>();

  /** @param max accounts remembered */
  constructor(max: number) {
    this.#max = max;
  }

  /** Is that known to be the password that fits these keys? */
  has(username: string, password: string, keys: ScramKeys): boolean {
    const known = this.#known.get(username);
    if (known === undefined || !timingSafeEqual(known, this.#digest(username, password, keys))) return false;
    this.#known.delete(username);
    this.#known.set(username, known);
    return true;
  }

  /** Remember that the password fits these keys. */
  add(username: string, password: string, keys: ScramKeys): void {
    this.#known.delete(username);
    this.#known.set(username, this.#digest(username, password, keys));
    if (this.#known.size <= this.#max) return;
    const [oldest] = this.#known.keys();
    if (oldest !== undefined) this.#known.delete(oldest);
  }

  #digest(username: string, password: string, { salt, storedKey, serverKey }: ScramKeys): Buffer {
    const hmac = createHmac('sha256', this.#secret);
    for (const part of [username, salt, storedKey, serverKey, password]) {
      const bytes = Buffer.from(part);
      hmac.update(`${bytes.length}:`).update(bytes);
    }
    return hmac.digest();
  }
}
