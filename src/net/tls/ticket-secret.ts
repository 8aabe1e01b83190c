/** What session tickets (RFC 8446 §4.6.1, RFC 5077) are encrypted with: kept over a restart, another one each day. */
import { createHmac, randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const DAY = 86_400_000;
const BYTES = 32;
/** Bytes that Node wants: 16 of a name, and two keys of 16. */
const TICKET_KEYS_BYTES = 48;

/**
 * A secret per day. Each is made from that of the day before, which is then forgotten, on disk too: all processes that
 * share the file have the same ones without a word, and who gets hold of one cannot read what was encrypted before its day.
 * Node takes one key at a time, so the tickets of a day end with it; their clients shake hands in full once.
 */
export class TicketSecret {
  readonly #file: string | undefined;
  #day: number;
  #secret: Buffer;

  /**
   * @param file where it is kept, for nobody else to read; without one it ends with the process
   * @param now milliseconds since 1970
   */
  constructor(file: string | undefined, now: number) {
    this.#file = file;
    const today = Math.floor(now / DAY);
    const kept = file === undefined ? undefined : read(file);
    const usable = kept !== undefined && kept.day <= today;
    this.#day = usable ? kept.day : today;
    this.#secret = usable ? kept.secret : randomBytes(BYTES);
    if (!usable) this.#keep();
    this.dayAt(now);
  }

  /** Number of the day whose secret is in use at that time, which must not go back. */
  dayAt(now: number): number {
    const today = Math.floor(now / DAY);
    if (today <= this.#day) return this.#day;
    for (; this.#day < today; this.#day++) this.#secret = createHmac('sha256', this.#secret).update('next').digest();
    this.#keep();
    return today;
  }

  /** Keys of the day for one purpose; those for others tell nothing about them. */
  keysFor(purpose: string): Buffer {
    return createHmac('sha512', this.#secret).update(purpose).digest().subarray(0, TICKET_KEYS_BYTES);
  }

  /** If that fails, a restart begins with an older secret, or with a new one: clients shake hands in full. */
  #keep(): void {
    if (this.#file === undefined) return;
    try {
      mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 });
      writeFileSync(`${this.#file}.new`, `${this.#day} ${this.#secret.toString('hex')}\n`, { mode: 0o600 });
      chmodSync(`${this.#file}.new`, 0o600);
      renameSync(`${this.#file}.new`, this.#file);
    } catch {
      // said above
    }
  }
}

function read(file: string): { readonly day: number; readonly secret: Buffer } | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'latin1');
  } catch {
    return undefined;
  }
  const [, day, secret] = /^(\d{1,6}) ([0-9a-f]{64})\n$/.exec(text) ?? [];
  return day === undefined || secret === undefined
    ? undefined
    : { day: Number(day), secret: Buffer.from(secret, 'hex') };
}
