/** What a cache of per-owner values reads from, and how it learns that a value is about to change. */

/** Who is told that an owner's value changes. */
export interface TouchListener {
  /** Called synchronously when a unit that touches the owner is submitted: from now on a read waits for that unit. */
  touched(owner: string): void;
}

/** A value with about how much memory it takes. */
export interface Sized<T> {
  readonly value: T;
  /** Length of its encoded form, in UTF-16 units. */
  readonly size: number;
}

/** The reading side of a store, for caches. */
export interface CacheSource<T extends {} | null> {
  /** Reads an owner's value; sees every unit submitted before. */
  read(owner: string): Promise<Sized<T>>;
  /** Adds a listener; returns what removes it. */
  watch(listener: TouchListener): () => void;
}
