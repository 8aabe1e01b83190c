/**
 * Writes to archives as they cross to the writing thread: appends that follow each other as two texts. An object for
 * each would carry the names of its fields, and copying would cost several times as much. The texts are also what is
 * written down (`Arrivals`): JSON with a list for each field.
 */
import { numberOf, optionalTextOf, textOf } from '../columns.ts';
import type { ArchiveWrite } from '../effects.ts';
import { listsOf } from './lists.ts';

/** An append. */
type Append = Extract<ArchiveWrite, { kind: 'append' }>;

/** Appends whose ids their archives make. */
export interface PackedAppends {
  readonly kind: 'appends';
  /** What has to be known to append them. */
  readonly appends: string;
  /** The rest. */
  readonly contents: string;
}

/** Writes in their order. */
export type PackedWrites = readonly (ArchiveWrite | PackedAppends)[];

/** What has to be known to append an entry; see `NewEntry`. */
export interface AppendHead {
  readonly store: number;
  readonly owner: string;
  readonly when: number;
  readonly dedupe: string | undefined;
}

/** The rest of an entry. */
export interface Content {
  readonly with: string;
  readonly resource: string | undefined;
  readonly stanza: string;
  readonly text: string | undefined;
}

/** Packs writes. */
export function packWrites(writes: readonly ArchiveWrite[]): PackedWrites {
  const packed: (ArchiveWrite | PackedAppends)[] = [];
  let open: Append[] = [];
  const close = (): void => {
    if (open.length > 0) packed.push(packAppends(open));
    open = [];
  };
  for (const write of writes) {
    if (write.kind === 'append' && write.entry.id === undefined) {
      open.push(write);
    } else {
      close();
      packed.push(write);
    }
  }
  close();
  return packed;
}

function packAppends(all: readonly Append[]): PackedAppends {
  const stanzas: string[] = []; // different ones: both sides of a conversation keep the same
  const stanza: number[] = []; // which of them
  for (const { entry } of all) {
    if (stanzas.at(-1) !== entry.stanza) stanzas.push(entry.stanza);
    stanza.push(stanzas.length - 1);
  }
  const appends = [
    all.map(({ store }) => store),
    all.map(({ owner }) => owner),
    all.map(({ entry }) => entry.when),
    all.map(({ entry }) => entry.dedupe),
  ];
  const contents = [
    all.map(({ entry }) => entry.with),
    all.map(({ entry }) => entry.resource),
    stanzas,
    stanza,
    all.map(({ entry }) => entry.text),
  ];
  return { kind: 'appends', appends: JSON.stringify(appends), contents: JSON.stringify(contents) };
}

/** @throws Error for a text that `packWrites` did not make */
export function unpackAppends(packed: string): AppendHead[] {
  const [store = [], owner = [], when = [], dedupe = []] = listsOf(packed);
  return store.map((number, i) => ({
    store: numberOf(number),
    owner: textOf(owner[i]),
    when: numberOf(when[i]),
    dedupe: optionalTextOf(dedupe[i]),
  }));
}

/** @throws Error for a text that `packWrites` did not make */
export function unpackContents(packed: string): Content[] {
  const [party = [], resource = [], stanzas = [], stanza = [], text = []] = listsOf(packed);
  return party.map((name, i) => ({
    with: textOf(name),
    resource: optionalTextOf(resource[i]),
    stanza: textOf(stanzas[numberOf(stanza[i])]),
    text: optionalTextOf(text[i]),
  }));
}
