/** Brings the schema of a SQLite database up to date. Whoever calls holds the lock of the data. */
import { renameSync, rmSync } from 'node:fs';
import type { Migration } from '../migrations/migration.ts';
import { MIGRATIONS } from '../migrations/migrations.ts';
import { numberOf } from '../columns.ts';
import { syncFile } from '../sync-file.ts';
import { APPLICATION_ID } from './open-database.ts';
import type { Statements } from './statements.ts';

/**
 * Runs the steps that are missing, each in a transaction of its own. Before the first one a database that is not new
 * is copied to `FILE.before-NUMBER`. `user_version` holds the number of the last step.
 * @returns path of the copy, if one was made
 * @throws Error if a newer server made the database, or another program
 */
export function migrateSqlite(
  sql: Statements,
  file: string,
  migrations: readonly Migration[] = MIGRATIONS,
): string | undefined {
  const version = schemaVersion(sql);
  const missing = migrations.filter(({ number }) => number > version);
  if (version > migrations.length) {
    throw new Error(
      `${file} has schema ${version} and this server knows ${migrations.length}: it was made by a newer one`,
    );
  }
  if (version === 0 && sql.row('select 1 from sqlite_schema limit 1') !== undefined) {
    throw new Error(`${file} is a database of another program`);
  }
  if (missing.length === 0) return undefined;
  const copy = version === 0 ? undefined : copyBefore(sql, file, version + 1);
  for (const { number, sqlite } of missing) {
    sql.transaction('immediate', () => {
      sql.database.exec(sqlite);
      sql.database.exec(`pragma application_id = ${APPLICATION_ID}; pragma user_version = ${number}`);
    });
  }
  return copy;
}

/** Number of the last step that was run on a database; 0 for an empty one. */
export function schemaVersion(sql: Statements): number {
  return numberOf(sql.row('pragma user_version')?.['user_version']);
}

/** A copy under its final name is complete. One from an attempt whose step failed is replaced: it may be old by now. */
function copyBefore(sql: Statements, file: string, number: number): string {
  const copy = `${file}.before-${number}`;
  const part = `${copy}.part`;
  rmSync(part, { force: true });
  sql.run('vacuum into ?1', part);
  syncFile(part);
  renameSync(part, copy);
  return copy;
}
