/** Between the values of a store and the text its driver holds: checks, limits, and errors that name the place. */
import { StorageError } from './storage-error.ts';
import type { Codec } from './stores.ts';
import { checkText } from './valid-text.ts';

/** A codec with the checks that hold for every stored value. */
export class Encoding<T extends {}> {
  readonly #codec: Codec<T>;
  readonly #name: string;
  readonly #limit: number;

  /**
   * @param name the store, for messages
   * @param limit largest value in bytes of UTF-8
   */
  constructor(codec: Codec<T>, name: string, limit: number) {
    this.#codec = codec;
    this.#name = name;
    this.#limit = limit;
  }

  /** @throws what the codec throws, or StorageError `invalid-value`, `value-too-large` */
  encode(value: T): string {
    const text = this.#codec.encode(value);
    checkText(text, `a value of ${this.#name}`);
    // A UTF-16 unit takes at most three bytes.
    if (text.length * 3 > this.#limit && Buffer.byteLength(text) > this.#limit) {
      throw new StorageError('value-too-large', `a value of ${this.#name} is larger than ${this.#limit} bytes`);
    }
    return text;
  }

  /** @throws StorageError `corrupt-value` */
  decode(text: string, owner: string, key: string): T {
    try {
      return this.#codec.decode(text);
    } catch (cause) {
      const place = key === '' ? owner : `${owner}, ${key}`;
      throw new StorageError('corrupt-value', `the value of ${place} in ${this.#name} cannot be decoded`, { cause });
    }
  }
}
