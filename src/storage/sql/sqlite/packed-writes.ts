/**
 * Writes to archives as they cross to the writing thread: appends that follow each other as columns. An object for each
 * would carry the names of its fields, and copying would cost several times as much.
 */
import type { NewEntry } from '../../archive-store.ts';
import type { ArchiveWrite } from '../effects.ts';

/** Appends, a column for each field. */
interface Appends {
  readonly kind: 'appends';
  readonly store: number[];
  readonly owner: string[];
  readonly when: number[];
  readonly with: string[];
  readonly resource: (string | undefined)[];
  /** Different ones; both sides of a conversation keep the same. */
  readonly stanzas: string[];
  /** Which of them. */
  readonly stanza: number[];
  readonly text: (string | undefined)[];
  readonly id: (string | undefined)[];
  readonly dedupe: (string | undefined)[];
}

type Append = Extract<ArchiveWrite, { kind: 'append' }>;

/** Writes in their order. */
export type PackedWrites = readonly (Exclude<ArchiveWrite, Append> | Appends)[];

/** Packs writes. */
export function packWrites(writes: readonly ArchiveWrite[]): PackedWrites {
  const packed: (Exclude<ArchiveWrite, Append> | Appends)[] = [];
  let open: Appends | undefined;
  for (const write of writes) {
    if (write.kind === 'append') {
      if (open === undefined) packed.push((open = noAppends()));
      add(open, write);
    } else {
      open = undefined;
      packed.push(write);
    }
  }
  return packed;
}

/** Does something with each write. */
export function eachWrite(packed: PackedWrites, work: (write: ArchiveWrite) => void): void {
  for (const write of packed) {
    if (write.kind !== 'appends') work(write);
    else for (let index = 0; index < write.store.length; index++) work(appendAt(write, index));
  }
}

function noAppends(): Appends {
  const columns = { store: [], owner: [], when: [], with: [], resource: [], text: [], id: [], dedupe: [] };
  return { kind: 'appends', ...columns, stanzas: [], stanza: [] };
}

function add(to: Appends, { store, owner, entry }: Append): void {
  to.store.push(store);
  to.owner.push(owner);
  to.when.push(entry.when);
  to.with.push(entry.with);
  to.resource.push(entry.resource);
  if (to.stanzas.at(-1) !== entry.stanza) to.stanzas.push(entry.stanza);
  to.stanza.push(to.stanzas.length - 1);
  to.text.push(entry.text);
  to.id.push(entry.id);
  to.dedupe.push(entry.dedupe);
}

function appendAt(from: Appends, index: number): Append {
  const entry: NewEntry = {
    when: from.when[index] ?? 0,
    with: from.with[index] ?? '',
    resource: from.resource[index],
    stanza: from.stanzas[from.stanza[index] ?? 0] ?? '',
    text: from.text[index],
    id: from.id[index],
    dedupe: from.dedupe[index],
  };
  return { kind: 'append', store: from.store[index] ?? 0, owner: from.owner[index] ?? '', entry };
}
