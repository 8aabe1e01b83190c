/** `ArchiveStore` over a driver: checks what comes in, and makes reads wait for writes. */
import type {
  Appended,
  ArchiveEntry,
  ArchiveFilter,
  ArchivePage,
  ArchiveQuery,
  ArchiveStore,
  DeleteFilter,
  NewEntry,
} from './archive-store.ts';
import type { Driver } from './driver.ts';
import { AppendEntry } from './operation.ts';
import { StorageError } from './storage-error.ts';
import type { StoreRef } from './store-ref.ts';
import type { Ticket } from './ticket.ts';
import type { Unit } from './unit.ts';
import { checkInteger, checkText, checkWire } from './valid-text.ts';

/** See `ArchiveStore`. */
export class DriverArchiveStore implements ArchiveStore {
  readonly #store: StoreRef;
  readonly #driver: Driver;
  readonly #limit: number;

  /** @param limit largest stanza in bytes */
  constructor(store: StoreRef, driver: Driver, limit: number) {
    this.#store = store;
    this.#driver = driver;
    this.#limit = limit;
  }

  append(unit: Unit, owner: string, entry: NewEntry): Appended {
    checkText(owner, 'an owner');
    checkEntry(entry);
    const operation = new AppendEntry(this.#store, owner, entry, unit.ticket);
    if (entry.stanza.length > this.#limit) {
      unit.poison(new StorageError('value-too-large', `a stanza is larger than ${this.#limit} bytes`));
    } else {
      this.#store.add(unit, operation, entry.stanza.length + (entry.text?.length ?? 0));
    }
    return operation;
  }

  async find(owner: string, query: ArchiveQuery): Promise<ArchivePage> {
    checkText(owner, 'an owner');
    checkQuery(query);
    await this.#store.settled(owner);
    return this.#driver.find(this.#store, owner, query);
  }

  async get(owner: string, id: string): Promise<ArchiveEntry | undefined> {
    checkText(owner, 'an owner');
    checkText(id, 'an id');
    await this.#store.settled(owner);
    return this.#driver.entry(this.#store, owner, id);
  }

  delete(unit: Unit, owner: string, filter: DeleteFilter): Ticket {
    checkText(owner, 'an owner');
    checkFilter(filter);
    if (filter.keep !== undefined) checkCount(filter.keep);
    return this.#store.add(unit, { kind: 'delete-entries', store: this.#store, owner, filter }, 0);
  }

  clear(unit: Unit, owner: string): Ticket {
    return this.#store.clear(unit, owner);
  }

  async expire(before: number, limit: number): Promise<number> {
    checkInteger(before, 'a time');
    checkCount(limit);
    await this.#store.allSettled();
    return this.#driver.expire(this.#store, before, limit);
  }

  async *owners(): AsyncIterable<string> {
    await this.#store.allSettled();
    yield* this.#driver.owners(this.#store);
  }
}

function checkEntry(entry: NewEntry): void {
  checkInteger(entry.when, 'a time');
  checkText(entry.with, 'the other party');
  checkWire(entry.stanza, 'a stanza');
  checkTexts([entry.resource, entry.text, entry.id, entry.dedupe], 'a field of an entry');
}

function checkQuery(query: ArchiveQuery): void {
  checkFilter(query);
  checkTexts([query.afterId, query.beforeId, query.after, query.before, query.text], 'a condition');
  checkCount(query.max);
}

function checkFilter(filter: ArchiveFilter): void {
  checkTexts([filter.with, filter.resource], 'a condition');
  if (filter.ids !== undefined) checkTexts(filter.ids, 'a condition');
  if (filter.start !== undefined) checkInteger(filter.start, 'a time');
  if (filter.end !== undefined) checkInteger(filter.end, 'a time');
}

function checkTexts(texts: readonly (string | undefined)[], what: string): void {
  for (const text of texts) if (text !== undefined) checkText(text, what);
}

function checkCount(count: number): void {
  checkInteger(count, 'a count');
  if (count < 0) throw new StorageError('invalid-value', `a count is negative: ${count}`);
}
