/** Opens the storage that the configuration asks for. What is not asked for is not loaded. */
import { join } from 'node:path';
import type { PostgresqlPlace } from '../storage/sql/postgresql/connect.ts';
import type { Progress } from '../storage/sql/progress.ts';
import type { Storage } from '../storage/stores.ts';

/** Which storage, and where. */
export type StorageConfig =
  | { readonly kind: 'memory' }
  | {
      readonly kind: 'sqlite';
      /** Folder of all data; made if it is not there. */
      readonly directory: string;
      /**
       * `full` (the default): what is acknowledged survives a power cut. `normal`: it survives a crash of the server;
       * the last seconds before a power cut may be lost. Faster where the disk is slow to sync.
       */
      readonly synchronous?: 'full' | 'normal';
    }
  | PostgresqlConfig;

/** Data in PostgreSQL. */
export interface PostgresqlConfig {
  readonly kind: 'postgresql';
  /** `postgresql://USER:PASSWORD@HOST:PORT/DATABASE` */
  readonly url: string;
  /** Schema of the tables, `couplet` unless told otherwise. Servers that share a database need one each. */
  readonly schema?: string;
  /** Folder of what is not in the database: uploads, and copies made before the schema is changed. */
  readonly directory: string;
  /** Milliseconds to wait for a server that holds the data, 30 s unless told otherwise. */
  readonly lockWait?: number;
}

const SCHEMA = 'couplet';

/** Milliseconds: PostgreSQL notices within this time that a machine is gone. */
const LOCK_WAIT = 30_000;

/** Who is told what an operator should know. */
export interface StorageEvents {
  /** An attempt to write failed; it will be repeated where that makes sense. */
  readonly failed: (error: Error) => void;
  /** Something was noticed: a copy made before the schema was changed, a setting of the database that loses data. */
  readonly noticed: (message: string) => void;
}

/**
 * Opens a storage.
 * @throws Error if another server uses the data, or it cannot be used
 */
export async function openStorage(config: StorageConfig, { failed, noticed }: StorageEvents): Promise<Storage> {
  switch (config.kind) {
    case 'memory': {
      const { memoryStorage } = await import('../storage/memory/memory-storage.ts');
      return memoryStorage(failed);
    }
    case 'sqlite': {
      const { openSqliteStorage } = await import('../storage/sql/sqlite/sqlite-storage.ts');
      return openSqliteStorage({
        directory: config.directory,
        synchronous: config.synchronous ?? 'full',
        report: failed,
        copied: (path) => noticed(`the database was copied to ${path} before its schema was changed`),
      });
    }
    case 'postgresql': {
      const { openPostgresqlStorage } = await import('../storage/sql/postgresql/postgresql-storage.ts');
      return openPostgresqlStorage({
        url: config.url,
        schema: config.schema ?? SCHEMA,
        copies: config.directory,
        blobs: join(config.directory, 'blobs'),
        lockWait: config.lockWait ?? LOCK_WAIT,
        report: failed,
        warn: noticed,
      });
    }
  }
}

/**
 * Writes all stores to a file, as they are at one moment; a server may be running. The file is the same for SQLite and
 * PostgreSQL, so that data can move between them. Uploads are not in it: copy the folder `blobs` afterwards.
 * @throws Error if the file is there already, or the data cannot be read
 */
export async function backupStorage(config: StorageConfig, file: string, progress?: Progress): Promise<void> {
  switch (config.kind) {
    case 'memory':
      throw new Error('a storage in memory has nothing to back up');
    case 'sqlite': {
      const { backupSqlite } = await import('../storage/sql/sqlite/backup.ts');
      return backupSqlite(config.directory, file, progress);
    }
    case 'postgresql': {
      const { backupPostgresql } = await import('../storage/sql/postgresql/backup.ts');
      return backupPostgresql(await placeOf(config), file, progress);
    }
  }
}

/**
 * Replaces all stores by a backup. No server may be running. Ids that archives gave out after the backup was made are
 * not given again.
 * @returns path of the data from before, where it is kept
 * @throws Error if a server uses the data, or the file is no sound backup; nothing is changed then
 */
export async function restoreStorage(
  config: StorageConfig,
  file: string,
  progress?: Progress,
): Promise<string | undefined> {
  switch (config.kind) {
    case 'memory':
      throw new Error('a storage in memory cannot be restored');
    case 'sqlite': {
      const { restoreSqlite } = await import('../storage/sql/sqlite/backup.ts');
      return restoreSqlite(file, config.directory, progress);
    }
    case 'postgresql': {
      const { restorePostgresql } = await import('../storage/sql/postgresql/backup.ts');
      return restorePostgresql(file, await placeOf(config), config.directory, progress);
    }
  }
}

async function placeOf({ url, schema = SCHEMA }: PostgresqlConfig): Promise<PostgresqlPlace> {
  const { placeOf: withName } = await import('../storage/sql/postgresql/postgresql-storage.ts');
  return withName({ url, schema });
}
