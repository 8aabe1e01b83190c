/**
 * Backup and restore of a SQLite database. A backup is a SQLite database too, in one file. Files that were uploaded
 * are not part of it: they are never changed, so the folder `blobs` can be copied after the backup was made.
 */
import { existsSync, linkSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { newArchiveEpoch } from '../../archive-id.ts';
import { numberOf, textOf } from '../columns.ts';
import { MIGRATIONS } from '../migrations/migrations.ts';
import { copyFile } from '../copy-file.ts';
import type { Progress } from '../progress.ts';
import { syncFile } from '../sync-file.ts';
import { DataLock } from './data-lock.ts';
import { migrateSqlite, schemaVersion } from './migrate.ts';
import { APPLICATION_ID, openForReading, openForWriting } from './open-database.ts';
import type { CopierMethods } from './protocol.ts';
import { databaseIn } from './sqlite-storage.ts';
import { ThreadClient } from './thread-client.ts';

/** Milliseconds between two reports of progress. */
const REPORT_EVERY = 200;

/**
 * Copies the data as it is at one moment, while a server may be writing: this process or another. The file appears
 * under its name when it is complete and on disk.
 * @param progress bytes written, of about how many
 * @throws Error if the file is there already, or the data cannot be read
 */
export async function backupSqlite(directory: string, file: string, progress?: Progress): Promise<void> {
  if (existsSync(file)) throw new Error(`${file} is there already`);
  const source = databaseIn(directory);
  const whole = sizeOf(source);
  const part = `${file}.part`;
  rmSync(part, { force: true });
  writeFileSync(part, '', { mode: 0o600 }); // it holds the keys of accounts
  const copier = new ThreadClient<CopierMethods>({ role: 'copier', file: source, synchronous: 'full' });
  const timer = setInterval(() => progress?.(Math.min(written(part), whole), whole), REPORT_EVERY);
  try {
    await copier.call('copy', part);
    syncFile(part);
    renameSync(part, file);
    syncFile(dirname(file));
    progress?.(whole, whole);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  } finally {
    clearInterval(timer);
    await copier.close();
  }
}

/**
 * Replaces the data in a folder by a backup. The data from before is kept as `couplet.sqlite.before-restore-TIME`.
 * Archives begin a new epoch: an id given out after the backup was made is not given again.
 * @param progress bytes copied, of how many
 * @returns path of the data from before, if there was any
 * @throws Error if a server uses the folder, or the file is no sound backup; nothing is changed then
 */
export function restoreSqlite(file: string, directory: string, progress?: Progress): string | undefined {
  checkBackup(file);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const lock = new DataLock(directory);
  try {
    const target = databaseIn(directory);
    const part = `${target}.part`;
    for (const path of [part, `${part}-wal`, `${part}-shm`]) rmSync(path, { force: true });
    copyFile(file, part, progress);
    beginNewEpoch(part);
    syncFile(part);
    const before = setAside(target);
    renameSync(part, target);
    syncFile(directory);
    return before;
  } finally {
    lock.release();
  }
}

/** @throws Error if a file is no backup that this server can use */
export function checkBackup(file: string): void {
  if (!existsSync(file)) throw new Error(`${file} is not there`);
  const sql = openForReading(file);
  try {
    if (sql.row('pragma application_id')?.['application_id'] !== APPLICATION_ID)
      throw new Error('it is something else');
    const version = schemaVersion(sql);
    if (version > MIGRATIONS.length) throw new Error(`its schema ${version} is newer than this server`);
    const found = textOf(sql.row('pragma quick_check(1)')?.['quick_check']);
    if (found !== 'ok') throw new Error(found);
  } catch (cause) {
    throw new Error(`${file} is not a backup that can be used: ${cause instanceof Error ? cause.message : ''}`, {
      cause,
    });
  } finally {
    sql.database.close();
  }
}

function beginNewEpoch(file: string): void {
  const sql = openForWriting(file, 'full');
  try {
    migrateSqlite(sql, file);
    sql.run('update archive set epoch = ?1', newArchiveEpoch());
  } finally {
    sql.database.close();
  }
}

/** Gives the data from before a second name; its own stays until it is replaced, so that there is always a database. */
function setAside(target: string): string | undefined {
  if (!existsSync(target)) return undefined;
  const before = `${target}.before-restore-${new Date().toISOString().replaceAll(':', '')}`;
  foldIn(target);
  linkSync(target, before);
  // A WAL that is left here would be applied to the restored database.
  for (const end of ['-wal', '-shm']) if (existsSync(target + end)) renameSync(target + end, before + end);
  return before;
}

/** Moves the WAL into the database. One that is damaged is set aside as it is. */
function foldIn(file: string): void {
  try {
    openForWriting(file, 'full').database.close();
  } catch {
    // Its WAL goes with it.
  }
}

function sizeOf(source: string): number {
  const sql = openForReading(source);
  try {
    const pragma = (name: string): number => numberOf(sql.row(`pragma ${name}`)?.[name]);
    return pragma('page_count') * pragma('page_size');
  } finally {
    sql.database.close();
  }
}

function written(part: string): number {
  return existsSync(part) ? statSync(part).size : 0;
}
