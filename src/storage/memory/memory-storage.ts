/** The storage of a server that keeps nothing when it stops. */
import { DriverStorage, STORAGE_DEFAULTS } from '../driver-storage.ts';
import type { Storage } from '../stores.ts';
import { MemoryBlobs } from './memory-blobs.ts';
import { MemoryDriver } from './memory-driver.ts';

/**
 * A storage in memory. Batches commit in a microtask: after the callback that submitted them, before the next socket
 * is served, so that what waited for them joins the same write to its socket. There is no medium whose cost a larger
 * batch would share.
 * @param report is told of faults of ticket listeners
 */
export function memoryStorage(report: (error: Error) => void): Storage {
  const options = { ...STORAGE_DEFAULTS, schedule: queueMicrotask, report };
  return new DriverStorage(new MemoryDriver(), new MemoryBlobs(), options);
}
