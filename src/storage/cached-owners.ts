/**
 * A cache of per-owner values: synchronous when warm.
 *
 * An owner's value leaves the cache when a unit that touches it is submitted, and the next read waits for that unit: so
 * the cache never shows what is older than a store would. A read that was under way meanwhile answers those who asked
 * before, but is not kept. What other processes write is told by `invalidate`, and bounded by the time to live where
 * that message may be lost.
 *
 * Values are shared: whoever gets one must not change it.
 */
import type { CacheSource, Sized } from './cache-source.ts';

/** Bounds of a cache. */
export interface CacheLimits {
  /** Most owners kept. */
  readonly entries: number;
  /** Most memory, measured in UTF-16 units of encoded values; the last value read is kept even if it is larger alone. */
  readonly size: number;
  /** Milliseconds a value may be shown after it was read; without it, for ever. */
  readonly ttl?: number | undefined;
}

interface Entry<T> {
  readonly value: T;
  readonly size: number;
  /** When it was read, in milliseconds. */
  readonly at: number;
  /** Looked at since eviction last came by. */
  used: boolean;
}

/** Values of the owners that were asked for lately. */
export class CachedOwners<T extends {} | null> {
  readonly #source: CacheSource<T>;
  readonly #limits: CacheLimits;
  readonly #now: () => number;
  readonly #unwatch: () => void;
  /** In order of eviction: oldest first, those in use move behind when eviction meets them. */
  readonly #entries = new Map<string, Entry<T>>();
  #size = 0;
  /** Reads under way whose result may be kept. */
  readonly #fills = new Map<string, Promise<T>>();
  #closed = false;

  /** @param now monotonic clock in milliseconds */
  constructor(source: CacheSource<T>, limits: CacheLimits, now: () => number = () => performance.now()) {
    this.#source = source;
    this.#limits = limits;
    this.#now = now;
    this.#unwatch = source.watch({ touched: (owner) => this.invalidate(owner) });
  }

  /** Number of owners kept. */
  get length(): number {
    return this.#entries.size;
  }

  /** Memory used, as `CacheLimits.size` measures it. */
  get size(): number {
    return this.#size;
  }

  /** The value if it is warm; `undefined` asks for a `load`. */
  peek(owner: string): T | undefined {
    const entry = this.#entries.get(owner);
    if (entry === undefined) return undefined;
    const { ttl } = this.#limits;
    if (ttl !== undefined && this.#now() - entry.at > ttl) {
      this.#drop(owner, entry);
      return undefined;
    }
    entry.used = true;
    return entry.value;
  }

  /** Makes the owner warm, unless a write to it comes in between: whoever peeks again must be ready to load again. */
  async load(owner: string): Promise<void> {
    await this.of(owner);
  }

  /** The value, read if need be. Sees every unit submitted before. */
  async of(owner: string): Promise<T> {
    const warm = this.peek(owner);
    if (warm !== undefined) return warm;
    const underWay = this.#fills.get(owner);
    if (underWay !== undefined) return underWay;
    if (this.#closed) return (await this.#source.read(owner)).value;
    const fill = this.#fill(owner, this.#now());
    this.#fills.set(owner, fill);
    return fill;
  }

  /** Forgets an owner's value, and keeps none that is being read now. */
  invalidate(owner: string): void {
    this.#fills.delete(owner);
    const entry = this.#entries.get(owner);
    if (entry !== undefined) this.#drop(owner, entry);
  }

  /** Forgets everything and stops listening to the store. */
  close(): void {
    this.#closed = true;
    this.#unwatch();
    this.#fills.clear();
    this.#entries.clear();
    this.#size = 0;
  }

  #fill(owner: string, at: number): Promise<T> {
    const isCurrent = (): boolean => {
      const current = this.#fills.get(owner) === fill;
      if (current) this.#fills.delete(owner);
      return current;
    };
    const fill = this.#source.read(owner).then(
      (read) => {
        if (isCurrent()) this.#keep(owner, read, at);
        return read.value;
      },
      (error) => {
        isCurrent();
        throw error;
      },
    );
    return fill;
  }

  #keep(owner: string, { value, size }: Sized<T>, at: number): void {
    this.#entries.set(owner, { value, size, at, used: false });
    this.#size += size;
    for (const [oldest, entry] of this.#entries) {
      if (this.#entries.size <= this.#limits.entries && this.#size <= this.#limits.size) return;
      if (this.#entries.size === 1) return;
      if (oldest !== owner && !entry.used) {
        this.#drop(oldest, entry);
        continue;
      }
      // A second chance: iteration comes by again, since the entry now stands last.
      entry.used = false;
      this.#entries.delete(oldest);
      this.#entries.set(oldest, entry);
    }
  }

  #drop(owner: string, entry: Entry<T>): void {
    this.#entries.delete(owner);
    this.#size -= entry.size;
  }
}
