/** Errors of SQLite as the storage understands them. */
import { StorageError } from '../../storage-error.ts';
import { toError } from '../../to-error.ts';

/** Primary result codes of SQLite: https://www.sqlite.org/rescode.html */
const CODE = { busy: 5, locked: 6, readOnly: 8, ioError: 10, full: 13, cannotOpen: 14 } as const;

/**
 * An error of a commit: whether it may be tried again. A full disk, a lock held by another program or a file system
 * that is read-only pass; nothing is lost meanwhile, since the units wait. After a failed write or sync the commit may
 * be on disk or not, so that its id must be looked for.
 */
export function commitError(thrown: unknown): Error {
  const error = toError(thrown);
  switch (primaryCode(error)) {
    case CODE.busy:
    case CODE.locked:
    case CODE.readOnly:
    case CODE.full:
    case CODE.cannotOpen:
      return new StorageError('unavailable', `the database cannot be written: ${error.message}`, { cause: error });
    case CODE.ioError:
      return new StorageError('outcome-unknown', `writing the database failed: ${error.message}`, { cause: error });
    default:
      return error;
  }
}

/** Lower byte of the extended code that node:sqlite gives its errors. */
function primaryCode(error: Error): number | undefined {
  return 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}
