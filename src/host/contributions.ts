// Uses `as` once: a heterogeneous map whose lists are as typed as the keys they were put in under.
/** Lists to which several modules contribute, and to whose changes others react. */

/** A list's name and the type of its items. */
export interface ListKey<T> {
  readonly name: string;
  /** Only carries the type. */
  readonly type?: T;
}

/** Declare a list. Keys compare by name. */
export function list<T>(name: string): ListKey<T> {
  return { name };
}

interface Watcher<T> {
  readonly added: (item: T) => void;
  readonly removed: (item: T) => void;
}

interface List<T> {
  readonly items: Set<T>;
  readonly watchers: Set<Watcher<T>>;
}

/** The contributed lists of one host. */
export class Contributions {
  readonly #lists = new Map<string, List<unknown>>();

  /** Add an item; the returned function takes it back. */
  add<T>(key: ListKey<T>, item: T): () => void {
    const { items, watchers } = this.#list(key);
    items.add(item);
    for (const watcher of watchers) watcher.added(item);
    return () => {
      if (!items.delete(item)) return;
      for (const watcher of watchers) watcher.removed(item);
    };
  }

  /** Call `added` for every item there is and will be, `removed` for each that goes. Returns how to stop. */
  watch<T>(key: ListKey<T>, added: (item: T) => void, removed: (item: T) => void): () => void {
    const { items, watchers } = this.#list(key);
    const watcher = { added, removed };
    watchers.add(watcher);
    for (const item of items) added(item);
    return () => watchers.delete(watcher);
  }

  /** The items now. */
  items<T>(key: ListKey<T>): ReadonlySet<T> {
    return this.#list(key).items;
  }

  #list<T>(key: ListKey<T>): List<T> {
    let found = this.#lists.get(key.name);
    if (found === undefined) this.#lists.set(key.name, (found = { items: new Set(), watchers: new Set() }));
    return found as List<T>;
  }
}
