/** Entries of the journal on their way to their places. */
import { numberOf, textOf } from '../columns.ts';
import type { Row } from '../columns.ts';
import { unpackAppends, unpackContents } from './packed-writes.ts';
import type { AppendHead, Content } from './packed-writes.ts';
import { placesFromText } from './places.ts';
import type { Place } from './places.ts';
import type { Statements } from './statements.ts';

type Arrival = Place & Content & Pick<AppendHead, 'dedupe'>;

/** Those up to a row of the journal. */
export class Settling {
  readonly #position: number;
  /** Those of each archive, in its order. */
  readonly #archives = new Map<number, Arrival[]>();
  /** In the order of their numbers. */
  readonly #left: number[];

  constructor(sql: Statements, position: number) {
    this.#position = position;
    const rows = sql.rows(
      'select appends, contents, places from journal where position <= ?1 order by position',
      position,
    );
    for (const arrival of rows.flatMap(arrivalsIn)) {
      const those = this.#archives.get(arrival.archive);
      if (those === undefined) this.#archives.set(arrival.archive, [arrival]);
      else those.push(arrival);
    }
    this.#left = [...this.#archives.keys()].sort((a, b) => b - a);
  }

  /**
   * Puts entries into their places, archive by archive until there were that many, and notes them in the rows of their
   * archives. Within a transaction, which ends where that fails: SQLite need not write down how to undo a single
   * statement.
   * @returns whether all are in their places now
   */
  place(sql: Statements, limit: number): boolean {
    for (let count = 0; count < limit;) {
      const archive = this.#left.pop();
      if (archive === undefined) {
        sql.run('delete from journal where position <= ?1', this.#position);
        return true;
      }
      const those = this.#archives.get(archive) ?? [];
      placeAll(sql, archive, those);
      count += those.length;
    }
    return false;
  }
}

/** Puts the entries of one archive in these rows of the journal into their places. Within a transaction. */
export function placeRows(sql: Statements, archive: number, positions: readonly number[]): void {
  const row = 'select appends, contents, places from journal where position = ?1';
  const those = positions.flatMap((position) => sql.rows(row, position)).flatMap(arrivalsIn);
  placeAll(
    sql,
    archive,
    those.filter((arrival) => arrival.archive === archive),
  );
}

function arrivalsIn(row: Row): Arrival[] {
  const heads = unpackAppends(textOf(row['appends']));
  const contents = unpackContents(textOf(row['contents']));
  return placesFromText(textOf(row['places'])).flatMap((place, i) => {
    const [head, content] = [heads[i], contents[i]];
    if (place === undefined || head === undefined || content === undefined) return [];
    return { ...place, ...content, dedupe: head.dedupe };
  });
}

/** Some may be there already: they were wanted before, or a server that was killed had not come to the end. */
function placeAll(sql: Statements, archive: number, those: readonly Arrival[]): void {
  const row = sql.row('select seq from archive where id = ?1', archive);
  if (row === undefined) return;
  const settled = numberOf(row['seq']);
  for (const arrival of those) if (arrival.seq > settled) place(sql, arrival);
  const [first, last] = [those[0], those.at(-1)];
  if (first === undefined || last === undefined) return;
  sql.run(
    `update or rollback archive set seq = max(seq, ?2), last = max(last, ?3), oldest = min(oldest, ?4) where id = ?1`,
    archive,
    last.seq,
    last.when,
    first.when,
  );
}

function place(
  sql: Statements,
  { archive, seq, id, when, with: party, resource, stanza, text, dedupe }: Arrival,
): void {
  sql.run(
    'insert or rollback into entry values (?1, ?2, ?3, 0, ?4, ?5, ?6, ?7, ?8, ?9)',
    archive,
    seq,
    id,
    when,
    party,
    resource ?? null,
    Buffer.from(stanza, 'latin1'),
    text ?? null,
    dedupe ?? null,
  );
}
