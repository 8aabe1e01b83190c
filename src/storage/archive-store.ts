/**
 * Archives: for each owner a series of stanzas in commit order, with paging and filters as XEP-0313 needs them.
 *
 * Times are integer microseconds since 1970-01-01 UTC.
 */
import type { Ticket } from './ticket.ts';
import type { Unit } from './unit.ts';

/** The time a dedupe key stays in force, in microseconds: 24 hours. */
export const DEDUPE_WINDOW = 24 * 3600 * 1_000_000;

/** What a caller adds. */
export interface NewEntry {
  /** When it happened; stored as the later of this and the previous entry's time. */
  readonly when: number;
  /** Bare JID of the other party, canonical; the key of `ArchiveFilter.with`. Empty where there is none. */
  readonly with: string;
  /** Resource of the other party, where `with` alone does not say who it was. */
  readonly resource?: string | undefined;
  /** The stanza as a wire string (UTF-8 bytes, one a character) with its root's `xmlns` written. */
  readonly stanza: string;
  /** What full-text search looks through, usually the decoded body. */
  readonly text?: string | undefined;
  /** An id of its own (pubsub items, imports). An entry of this id that is there already is replaced: it moves to the end. */
  readonly id?: string | undefined;
  /**
   * Names the thing sent: when an entry with the same key was appended in the last 24 hours (`DEDUPE_WINDOW`), nothing
   * is written and the earlier entry's id is the answer. Must hold the true sender, or one could suppress another's.
   */
  readonly dedupe?: string | undefined;
}

/** What is stored. */
export interface ArchiveEntry {
  /** Opaque, unique in its archive, never given twice. XEP-0359's stanza-id, RSM's item id. */
  readonly id: string;
  /** Position: commit order, without gaps that could fill up later. */
  readonly seq: number;
  readonly when: number;
  readonly with: string;
  readonly resource: string | undefined;
  readonly stanza: string;
  readonly text: string | undefined;
}

/** A pending append. The id is known when the ticket is committed. */
export interface Appended {
  readonly ticket: Ticket;
  /** Id of the entry (of the earlier one if `duplicate`); `undefined` until committed. */
  readonly id: string | undefined;
  /** Time stored with it; `undefined` until committed. */
  readonly when: number | undefined;
  /** The `dedupe` key met an earlier entry, so nothing was written. */
  readonly duplicate: boolean;
}

/** Which entries; all given conditions must hold. */
export interface ArchiveFilter {
  readonly with?: string | undefined;
  readonly resource?: string | undefined;
  /** Not before this time. */
  readonly start?: number | undefined;
  /** Not after this time. */
  readonly end?: number | undefined;
  readonly ids?: readonly string[] | undefined;
}

/** A filter and the page wanted of what it matches. */
export interface ArchiveQuery extends ArchiveFilter {
  /** Only entries behind, or before, the one with this id: part of the filter (XEP-0313 §4.1.4). */
  readonly afterId?: string | undefined;
  readonly beforeId?: string | undefined;
  /**
   * Only entries whose text holds all these words. Case of ASCII letters does not matter and whole words between
   * spaces are found everywhere; what else matches (parts of words, accents) is up to the driver.
   */
  readonly text?: string | undefined;
  /** Page: behind, or before, the entry with this id (RSM, XEP-0059 §2.1). The entry need not match the filter. */
  readonly after?: string | undefined;
  readonly before?: string | undefined;
  /** `forward` takes the page from the oldest on, `backward` from the newest. Entries come oldest first either way. */
  readonly order: 'forward' | 'backward';
  /** Most entries of a page; 0 to count only. */
  readonly max: number;
  /** Also count everything the filter matches, which may cost a scan. */
  readonly total?: boolean | undefined;
}

/** The answer to a query. */
export interface ArchivePage {
  /** Oldest first. */
  readonly entries: readonly ArchiveEntry[];
  /** Nothing that matches lies beyond this page in the direction of paging. */
  readonly complete: boolean;
  /** How many entries the filter matches, page or not; only if asked for. */
  readonly total: number | undefined;
}

/** Which entries go. An empty filter means all. Unknown `ids` are no error. */
export interface DeleteFilter extends ArchiveFilter {
  /** Of those that match, keep this many of the newest. */
  readonly keep?: number | undefined;
}

/** Archives of one host under one name. */
export interface ArchiveStore {
  /** @throws StorageError `invalid-value`; the write is then not part of the unit */
  append(unit: Unit, owner: string, entry: NewEntry): Appended;
  /** @throws StorageError `item-not-found` if `after`, `before`, `afterId`, `beforeId` or one of `ids` is not there */
  find(owner: string, query: ArchiveQuery): Promise<ArchivePage>;
  get(owner: string, id: string): Promise<ArchiveEntry | undefined>;
  /** Deletes entries; the archive goes on, and ids given out are not given again. */
  delete(unit: Unit, owner: string, filter: DeleteFilter): Ticket;
  /** Deletes the archive itself, as for an account that is removed. A later archive of that owner shares no id with it. */
  clear(unit: Unit, owner: string): Ticket;
  /**
   * Deletes entries older than `before`, of any owner, at most `limit`, and returns how many it deleted: as many as
   * the limit means that there may be more. Not part of a unit: what expires has no one waiting for it.
   */
  expire(before: number, limit: number): Promise<number>;
  /** Owners of at least one entry, ordered by bytes. */
  owners(): AsyncIterable<string>;
}
