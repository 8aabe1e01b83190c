/** Values that a batch writes, laid over those that are stored, with a way back for a unit that fails. */
import type { CellEffects, CellName } from './effects.ts';

interface OwnerWrites<T> {
  readonly store: number;
  readonly owner: string;
  /** Nothing that is stored shows through. */
  readonly cleared: boolean;
  readonly values: Map<string, T | undefined>;
}

/** Cells or counters as a batch leaves them. */
export class Overlay<T> {
  readonly #owners = new Map<string, OwnerWrites<T>>();
  /** Takes back what was done since `keep`, last first. */
  #undo: (() => void)[] = [];

  /** A value as it is now; `stored` says what lies below. */
  get({ store, owner, key }: CellName, stored: () => T | undefined): T | undefined {
    const writes = this.#owners.get(ownerText(store, owner));
    if (writes === undefined) return stored();
    return writes.cleared || writes.values.has(key) ? writes.values.get(key) : stored();
  }

  /** Sets a value; `undefined` deletes it. */
  set({ store, owner, key }: CellName, value: T | undefined): void {
    const name = ownerText(store, owner);
    let writes = this.#owners.get(name);
    if (writes === undefined) {
      writes = { store, owner, cleared: false, values: new Map() };
      this.#replace(name, writes);
    }
    const { values } = writes;
    const had = values.has(key);
    const before = values.get(key);
    values.set(key, value);
    this.#undo.push(() => (had ? values.set(key, before) : values.delete(key)));
  }

  /** Deletes all values of an owner. */
  clear(store: number, owner: string): void {
    this.#replace(ownerText(store, owner), { store, owner, cleared: true, values: new Map() });
  }

  /** What was done so far stays. */
  keep(): void {
    this.#undo = [];
  }

  /** Takes back what was done since `keep`. */
  rollBack(): void {
    for (const undo of this.#undo.reverse()) undo();
    this.#undo = [];
  }

  /** What is to be written. */
  effects(): CellEffects<T> {
    const all = [...this.#owners.values()];
    return {
      cleared: all.filter(({ cleared }) => cleared).map(({ store, owner }) => ({ store, owner })),
      values: all.flatMap(({ store, owner, values }) =>
        [...values].map(([key, value]) => ({ store, owner, key, value })),
      ),
    };
  }

  #replace(name: string, writes: OwnerWrites<T>): void {
    const before = this.#owners.get(name);
    this.#owners.set(name, writes);
    this.#undo.push(() => (before === undefined ? this.#owners.delete(name) : this.#owners.set(name, before)));
  }
}

function ownerText(store: number, owner: string): string {
  return `${store} ${owner}`;
}

/** A cell as one string, for use as a key. */
export function cellText({ store, owner, key }: CellName): string {
  return `${store}\0${owner}\0${key}`;
}
