/**
 * The entry of a storage thread: waits for calls and answers them in their order.
 *
 * There are two such threads while a server runs. The writer commits, and is the only one that waits for the disk to sync. The reader
 * answers reads from its own connection, so that they do not stand behind a commit. A third, the copier, is there while
 * a backup is made.
 *
 * `as` stands where a message is taken for what its type says: our own client sent it, and compiles against the types.
 */
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { StorageError } from '../../storage-error.ts';
import { toError } from '../../to-error.ts';
import { Arrivals } from './arrivals.ts';
import { Checkpoints } from './checkpoints.ts';
import { openForReading, openForWriting } from './open-database.ts';
import type {
  Answer,
  Call,
  CopierMethods,
  Handlers,
  Methods,
  ReaderMethods,
  ThreadOptions,
  WriterMethods,
} from './protocol.ts';
import { commitError } from './sqlite-error.ts';
import { SqliteReader } from './sqlite-reader.ts';
import { SqliteWriter } from './sqlite-writer.ts';
import { Statements } from './statements.ts';

function writerHandlers({ file, synchronous }: ThreadOptions): Handlers<WriterMethods> {
  const sql = openForWriting(file, synchronous);
  const writer = new SqliteWriter(sql);
  const checkpoints = new Checkpoints(sql);
  return {
    known: (needs) => writer.known(needs),
    commit: (batch) => {
      checkpoints.written();
      try {
        return writer.commit(batch);
      } catch (error) {
        throw commitError(error);
      }
    },
    settle: () => {
      checkpoints.written();
      return writer.settle();
    },
    settleArchive: ({ store, owner }) => {
      checkpoints.written();
      return writer.settleArchive(store, owner);
    },
    settleSome: (limit) => {
      checkpoints.written();
      return writer.settleSome(limit);
    },
    outcomeOf: (id) => writer.outcomeOf(id),
    expire: ({ store, before, limit }) => {
      checkpoints.written();
      return writer.expire(store, before, limit);
    },
    stores: () => writer.stores(),
    close: () => {
      checkpoints.stop();
      sql.database.close();
      return undefined;
    },
  };
}

function readerHandlers({ file }: ThreadOptions): Handlers<ReaderMethods> {
  const sql = openForReading(file);
  const reader = new SqliteReader(sql);
  return {
    cell: ({ store, owner, key }) => reader.cell(store, owner, key),
    cells: ({ store, owner }) => reader.cells(store, owner),
    count: ({ store, owner, key }) => reader.count(store, owner, key),
    find: ({ store, owner, query }) => reader.find(store, owner, query),
    entry: ({ store, owner, id }) => reader.entry(store, owner, id),
    owners: ({ store, after }) => reader.owners(store, after),
    close: () => {
      sql.database.close();
      return undefined;
    },
  };
}

function copierHandlers({ file }: ThreadOptions): Handlers<CopierMethods> {
  const sql = openForReading(file);
  return {
    copy: (copy) => {
      sql.run('vacuum into ?1', copy);
      settleCopy(copy);
      return undefined;
    },
    close: () => {
      sql.database.close();
      return undefined;
    },
  };
}

/** Nothing but the server itself reads what arrived and is not in its place. */
function settleCopy(file: string): void {
  const copy = new Statements(new DatabaseSync(file));
  copy.transaction('immediate', () => new Arrivals(copy).settle());
  copy.database.close();
}

/** Answers the calls that come from the main thread. */
function serve<M extends Methods<M>>(handlers: Handlers<M>): void {
  const byName = new Map(Object.entries(handlers) as [string, (parameter: unknown) => unknown][]);
  parentPort?.on('message', (calls: readonly Call[]) => {
    parentPort?.postMessage(calls.map((call) => answer(byName, call)));
  });
}

function answer(handlers: ReadonlyMap<string, (parameter: unknown) => unknown>, call: Call): Answer {
  const { number, method, parameter } = call;
  try {
    return { number, result: handlers.get(method)?.(parameter) };
  } catch (thrown) {
    const error = toError(thrown);
    const condition = error instanceof StorageError ? error.condition : undefined;
    return { number, error: { message: error.message, condition } };
  }
}

const options = workerData as ThreadOptions;
if (options.role === 'writer') serve(writerHandlers(options));
else if (options.role === 'reader') serve(readerHandlers(options));
else serve(copierHandlers(options));
