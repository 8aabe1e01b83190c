/** What the parts of the conformance suite share. */
import { DriverStorage, STORAGE_DEFAULTS } from '../driver-storage.ts';
import type { StorageOptions } from '../driver-storage.ts';
import type { BlobDriver, Driver } from '../driver.ts';
import type { Codec, KeyedStore, Storage } from '../stores.ts';
import type { Ticket } from '../ticket.ts';
import type { Unit } from '../unit.ts';
import { FaultyDriver } from './faulty-driver.ts';

/** A fresh, empty medium. */
export interface Medium {
  readonly driver: Driver;
  readonly blobs: BlobDriver;
}

/** A storage over a medium that can be made slow and faulty. */
export interface Fixture {
  readonly storage: Storage;
  readonly faults: FaultyDriver;
  /** What was reported. */
  readonly reports: Error[];
}

/** Opens a storage; retries are quick and batches are formed as on a real medium, at the end of a loop turn. */
export async function openFixture(
  open: () => Promise<Medium>,
  options: Partial<StorageOptions> = {},
): Promise<Fixture> {
  const { driver, blobs } = await open();
  const faults = new FaultyDriver(driver);
  const reports: Error[] = [];
  const storage = new DriverStorage(faults, blobs, {
    ...STORAGE_DEFAULTS,
    schedule: setImmediate,
    retry: { first: 1, last: 4 },
    report: (error) => reports.push(error),
    ...options,
  });
  return { storage, faults, reports };
}

/** Numbers as text. */
export const numbers: Codec<number> = {
  encode: String,
  decode: (text) => {
    if (!/^-?\d+$/.test(text)) throw new Error('not a number');
    return Number(text);
  },
};

/** Text as it is. */
export const texts: Codec<string> = { encode: (value) => value, decode: (text) => text };

/** A keyed store of numbers. */
export function numberStore(storage: Storage, name = 'numbers', host = 'host.test'): KeyedStore<number> {
  return storage.keyed(host, name, numbers);
}

/** Writes in one unit and submits it. */
export function inUnit(storage: Storage, write: (unit: Unit) => void): Ticket {
  const unit = storage.unit();
  write(unit);
  unit.submit();
  return unit.ticket;
}

/** All an iteration yields. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Waits until a ticket is settled, committed or failed. */
export async function outcome(ticket: Ticket): Promise<Error | undefined> {
  await ticket.settled().catch(() => undefined);
  return ticket.error;
}
