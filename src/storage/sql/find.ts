/** What the two SQL drivers share about archives: conditions as SQL text, rows as entries, positions in ids. */
import type { ArchiveEntry, ArchiveFilter } from '../archive-store.ts';
import { newArchiveEpoch } from '../archive-id.ts';
import { numberOf, optionalTextOf, textOf, wireOf } from './columns.ts';

/** Columns of an entry that are shown. */
export const ENTRY_COLUMNS = 'seq, id, at, party, resource, stanza, text';

/** Marks an archive without entries in `archive.oldest`. */
export const NEVER = Number.MAX_SAFE_INTEGER;

/** Positions that a query may answer with: both ends count. */
export interface SeqRange {
  readonly low: number;
  readonly high: number;
}

/** A condition and the values of its parameters. */
export interface Condition {
  /** Begins with `and` unless it is empty. */
  readonly sql: string;
  readonly values: readonly string[];
}

/** What a dialect writes differently. */
export interface Dialect {
  /** The parameter of this number, from 1. */
  readonly parameter: (index: number) => string;
  /** Does the column `text` hold all words of this parameter, a list in JSON, if ASCII letters have no case? */
  readonly holdsAll: (words: string) => string;
  /** Is `seq` in this parameter, a list in JSON? */
  readonly seqIn: (list: string) => string;
}

/**
 * The part of a filter that concerns an entry alone, times and ids excepted: those have become positions.
 * @param first number of the first parameter
 * @param seqs positions that `ids` stand for
 */
export function conditionOf(
  filter: Pick<ArchiveFilter, 'with' | 'resource'> & { readonly text?: string | undefined },
  seqs: readonly number[] | undefined,
  first: number,
  dialect: Dialect,
): Condition {
  let sql = '';
  const values: string[] = [];
  const parameter = (value: string): string => {
    values.push(value);
    return dialect.parameter(first + values.length - 1);
  };
  if (filter.with !== undefined) sql += ` and party = ${parameter(filter.with)}`;
  if (filter.resource !== undefined) sql += ` and resource = ${parameter(filter.resource)}`;
  if (seqs !== undefined) sql += ` and ${dialect.seqIn(parameter(JSON.stringify(seqs)))}`;
  const words = wordsOf(filter.text);
  if (words.length > 0) sql += ` and ${dialect.holdsAll(parameter(JSON.stringify(words)))}`;
  return { sql, values };
}

function wordsOf(text = ''): string[] {
  const words = text.split(/\s+/).filter((word) => word !== '');
  return words.map((word) => word.replace(/[A-Z]/g, (letter) => letter.toLowerCase()));
}

/** The entry in a row of `ENTRY_COLUMNS`. */
export function entryOf(row: Readonly<Record<string, unknown>>): ArchiveEntry {
  return {
    id: textOf(row['id']),
    seq: numberOf(row['seq']),
    when: numberOf(row['at']),
    with: textOf(row['party']),
    resource: optionalTextOf(row['resource']),
    stanza: wireOf(row['stanza']),
    text: optionalTextOf(row['text']),
  };
}

const EPOCH_LENGTH = newArchiveEpoch().length;

/** The position that an id made by the archive holds; -1 if it cannot be such an id. Whoever asks compares the id. */
export function seqInId(id: string): number {
  const digits = id.slice(EPOCH_LENGTH);
  if (!/^[0-9a-z]{1,11}$/.test(digits)) return -1;
  const seq = Number.parseInt(digits, 36);
  return Number.isSafeInteger(seq) ? seq : -1;
}
