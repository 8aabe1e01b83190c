// Uses `as` on array elements: slots are masked to the size of the tables, bytes are below `end`.
/**
 * Strings for bytes that come again and again: names, namespaces, addresses. A hit allocates nothing.
 *
 * Direct-mapped: a slot keeps what was asked for last, so the table never grows and whoever floods it only makes others
 * pay for a string again. What it returns is never a slice of something bigger.
 */
export class InternTable {
  /** Longest entry kept, in bytes. */
  readonly #width: number;
  readonly #mask: number;
  readonly #lengths: Uint16Array;
  /** The bytes of each slot's entry. */
  readonly #bytes: Uint8Array;
  readonly #strings: string[];

  /** @param slots a power of two */
  constructor(slots: number, width: number) {
    this.#width = width;
    this.#mask = slots - 1;
    this.#lengths = new Uint16Array(slots);
    this.#bytes = new Uint8Array(slots * width);
    this.#strings = new Array<string>(slots).fill('');
  }

  /** The text of the valid UTF-8 from `start` to `end`, which is not empty. */
  get(bytes: Buffer, start: number, end: number): string {
    const length = end - start;
    if (length > this.#width) return bytes.toString('utf8', start, end);
    const slot = hashOf(bytes, start, end) & this.#mask;
    const offset = slot * this.#width;
    const kept = this.#bytes;
    if (this.#lengths[slot] === length) {
      let k = 0;
      while (k < length && kept[offset + k] === bytes[start + k]) k++;
      if (k === length) return this.#strings[slot] as string;
    }
    const text = bytes.toString('utf8', start, end);
    for (let k = 0; k < length; k++) kept[offset + k] = bytes[start + k] as number;
    this.#lengths[slot] = length;
    this.#strings[slot] = text;
    return text;
  }
}

/** Of the length and up to eleven bytes: first, last, and some between, where names, namespaces and addresses differ. */
function hashOf(bytes: Buffer, start: number, end: number): number {
  const length = end - start;
  let hash = Math.imul(length, 31) + (bytes[start] as number);
  hash = Math.imul(hash, 31) + (bytes[end - 1] as number);
  hash = Math.imul(hash, 31) + (bytes[start + (length >> 1)] as number);
  if (length > 3) {
    hash = Math.imul(hash, 31) + (bytes[end - 2] as number);
    hash = Math.imul(hash, 31) + (bytes[end - 3] as number);
    hash = Math.imul(hash, 31) + (bytes[start + 1] as number);
  }
  if (length > 11) {
    hash = Math.imul(hash, 31) + (bytes[end - 5] as number);
    hash = Math.imul(hash, 31) + (bytes[start + 4] as number);
    hash = Math.imul(hash, 31) + (bytes[start + 5] as number);
    hash = Math.imul(hash, 31) + (bytes[start + 6] as number);
    hash = Math.imul(hash, 31) + (bytes[start + 7] as number);
  }
  return hash ^ (hash >>> 15);
}

/** Names and namespaces. */
export const NAMES = new InternTable(1024, 64);

/** Attribute values: addresses above all. */
export const VALUES = new InternTable(2048, 96);
