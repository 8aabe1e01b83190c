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
    let hash = length;
    for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + (bytes[i] as number)) | 0;
    const slot = (hash ^ (hash >>> 15)) & this.#mask;
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

/** Names and namespaces. */
export const NAMES = new InternTable(1024, 64);

/** Attribute values: addresses above all. */
export const VALUES = new InternTable(2048, 96);
