/** Who is where, in one process: the truth that nodes sharing this memory read and change. */
import type { BindResult, Binding, ConflictPolicy, Entry, NodeId } from '../backend.ts';

/** Answer for an account without sessions. */
export const NO_ENTRIES: readonly Entry[] = Object.freeze([]);

/**
 * Entries by canonical bare JID. Every change is synchronous, so atomic, and stores a new frozen array: readers get the
 * stored one without a copy.
 */
export class Registry {
  readonly #accounts = new Map<string, readonly Entry[]>();
  #version = 0;

  /** Read-only view of everything: never changes its identity. */
  get accounts(): ReadonlyMap<string, readonly Entry[]> {
    return this.#accounts;
  }

  lookup(bare: string): readonly Entry[] {
    return this.#accounts.get(bare) ?? NO_ENTRIES;
  }

  /** See `ClusterBackend.bind`. */
  bind(node: NodeId, bare: string, binding: Binding, policy: ConflictPolicy, max: number): BindResult {
    const entries = this.lookup(bare);
    const taken = entries.find((entry) => entry.resource === binding.resource);
    const known = entries.find((entry) => entry.sid === binding.sid);
    if (known !== undefined) {
      return known === taken ? { ok: true, replaced: undefined } : { ok: false, reason: 'conflict' };
    }
    if (taken !== undefined && policy === 'reject') return { ok: false, reason: 'conflict' };
    if (taken === undefined && entries.length >= max) return { ok: false, reason: 'limit' };
    this.#replace(bare, entries, taken, this.#entry(node, binding.resource, binding));
    return { ok: true, replaced: taken };
  }

  /** See `ClusterBackend.update`. */
  update(bare: string, sid: string, priority: number, flags: number): boolean {
    const entries = this.lookup(bare);
    const old = entries.find((entry) => entry.sid === sid);
    if (old === undefined) return false;
    if (old.priority === priority && old.flags === flags) return true;
    this.#replace(bare, entries, old, this.#entry(old.node, old.resource, { sid, priority, flags }));
    return true;
  }

  /** See `ClusterBackend.swap`. */
  swap(node: NodeId, bare: string, oldSid: string, next: Omit<Binding, 'resource'>): boolean {
    const entries = this.lookup(bare);
    const old = entries.find((entry) => entry.sid === oldSid);
    if (old === undefined || entries.some((entry) => entry !== old && entry.sid === next.sid)) return false;
    this.#replace(bare, entries, old, this.#entry(node, old.resource, next));
    return true;
  }

  /** See `ClusterBackend.unbind`. */
  unbind(bare: string, sid: string): boolean {
    const entries = this.lookup(bare);
    const old = entries.find((entry) => entry.sid === sid);
    if (old === undefined) return false;
    this.#replace(bare, entries, old, undefined);
    return true;
  }

  /** Enter a session unless its resource, or its sid, belongs to another entry. @returns false if it does */
  reassert(node: NodeId, bare: string, binding: Binding): boolean {
    const entries = this.lookup(bare);
    const taken = entries.find((entry) => entry.resource === binding.resource);
    const known = entries.find((entry) => entry.sid === binding.sid);
    if (known !== taken) return false;
    const { priority, flags } = binding;
    if (taken?.node === node && taken.priority === priority && taken.flags === flags) return true;
    this.#replace(bare, entries, taken, this.#entry(node, binding.resource, binding));
    return true;
  }

  /** Remove all entries of a node. */
  evict(node: NodeId): void {
    for (const [bare, entries] of this.#accounts) {
      const left = without(entries, node);
      if (left !== entries) this.#store(bare, left);
    }
  }

  /** Forget everything. */
  clear(): void {
    this.#accounts.clear();
  }

  #entry(node: NodeId, resource: string, binding: Omit<Binding, 'resource'>): Entry {
    const { sid, priority, flags } = binding;
    return Object.freeze({ sid, node, resource, priority, flags, version: ++this.#version });
  }

  /** Put `next` in the place of `old`; an absent `old` appends, an absent `next` removes. */
  #replace(bare: string, entries: readonly Entry[], old: Entry | undefined, next: Entry | undefined): void {
    const others = entries.filter((entry) => entry !== old);
    this.#store(bare, next === undefined ? others : [...others, next]);
  }

  #store(bare: string, entries: readonly Entry[]): void {
    if (entries.length === 0) this.#accounts.delete(bare);
    else this.#accounts.set(bare, Object.freeze(entries));
  }
}

/** The entries that are not of `node`; the same array where there are none of it. */
export function without(entries: readonly Entry[], node: NodeId): readonly Entry[] {
  return entries.some((entry) => entry.node === node) ? entries.filter((entry) => entry.node !== node) : entries;
}
