import { flatCopy } from './flat-copy.ts';

/** What the cache needs to know of its values. */
interface Keyed {
  /** The canonical text. */
  readonly key: string;
}

/**
 * Remembers the value of a text, for a bounded number of short texts. Two generations: a text that is asked for moves to
 * the young one, and when that is full the old one is dropped. So a flood of new texts costs no more than the look-ups it
 * displaces, and what is in use comes back with its next use.
 */
export class JidCache<V extends Keyed> {
  readonly #maxTextLength: number;
  readonly #generationSize: number;
  #young = new Map<string, V>();
  #old = new Map<string, V>();

  /** Holds at most `2 * generationSize` texts of at most `maxTextLength` UTF-16 code units each. */
  constructor(generationSize: number, maxTextLength: number) {
    this.#generationSize = generationSize;
    this.#maxTextLength = maxTextLength;
  }

  /** The value remembered for exactly this text. */
  get(text: string): V | undefined {
    // Looking a text up costs a hash over all of it.
    if (text.length > this.#maxTextLength) return undefined;
    const young = this.#young.get(text);
    if (young !== undefined) return young;
    const old = this.#old.get(text);
    if (old !== undefined) this.#add(text, old);
    return old;
  }

  /** Remembers the value of a well-formed text, unless the text is too long. */
  set(text: string, value: V): void {
    if (text.length <= this.#maxTextLength) this.#add(text, value);
  }

  #add(text: string, value: V): void {
    if (this.#young.size >= this.#generationSize) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    // Never the caller's string, which may be a part of something large.
    this.#young.set(text === value.key ? value.key : flatCopy(text), value);
  }
}
