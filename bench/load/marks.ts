/**
 * The mark that every measured stanza carries: `#sender.sequence#`, of fixed length, in a body, a status or an id. A
 * receiver finds it without parsing.
 */

const SENDER_DIGITS = 5;
const SEQUENCE_DIGITS = 9;
const LENGTH = SENDER_DIGITS + SEQUENCE_DIGITS + 3;
const HASH = 0x23;
const DOT = 0x2e;
const ZERO = 0x30;
const LESS = 0x3c;

/** How a server asks how much came (XEP-0198 v1.6 §4): no other element of a client's stream is named `r`. */
const REQUEST = Buffer.from('<r ');

/** The mark of message number `sequence` of `sender`. */
export function mark(sender: number, sequence: number): string {
  return `#${String(sender).padStart(SENDER_DIGITS, '0')}.${String(sequence).padStart(SEQUENCE_DIGITS, '0')}#`;
}

/** Finds marks, and requests for acknowledgements, in the bytes of one connection, however they are cut. */
export class MarkReader {
  #rest: Buffer = Buffer.alloc(0);
  readonly #found: (sender: number, sequence: number) => void;

  constructor(found: (sender: number, sequence: number) => void) {
    this.#found = found;
  }

  /** @returns how many requests for acknowledgements began in what came */
  read(chunk: Buffer): number {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let kept = bytes.length;
    for (let at = bytes.indexOf(HASH); at >= 0;) {
      if (at + LENGTH > bytes.length) {
        kept = at;
        break;
      }
      const sender = numberAt(bytes, at + 1, SENDER_DIGITS);
      const sequence = numberAt(bytes, at + SENDER_DIGITS + 2, SEQUENCE_DIGITS);
      const whole =
        sender >= 0 && sequence >= 0 && bytes[at + SENDER_DIGITS + 1] === DOT && bytes[at + LENGTH - 1] === HASH;
      if (whole) this.#found(sender, sequence);
      at = bytes.indexOf(HASH, at + (whole ? LENGTH : 1));
    }
    let requests = 0;
    for (let at = bytes.indexOf(REQUEST); at >= 0; at = bytes.indexOf(REQUEST, at + 1)) if (at < kept) requests++;
    this.#rest = bytes.subarray(Math.min(kept, startOfRequest(bytes)));
    return requests;
  }
}

/** Where a request may begin that is cut. */
function startOfRequest(bytes: Buffer): number {
  const last = bytes.lastIndexOf(LESS);
  return last >= 0 && last > bytes.length - REQUEST.length ? last : bytes.length;
}

/** -1 where there are not that many digits. */
function numberAt(bytes: Buffer, start: number, digits: number): number {
  let value = 0;
  for (let at = start; at < start + digits; at++) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
