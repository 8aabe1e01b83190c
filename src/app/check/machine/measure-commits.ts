/** Measures how long the disk takes to keep something, with files of its own beside the data. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { openForWriting } from '../../../storage/sql/sqlite/open-database.ts';
import type { Timing } from './performance.ts';

const ROUNDS = 15;
const PAGE = 4096;

/** Milliseconds after which no more is measured. */
const PATIENCE = 3000;

/** A page written and synced, as a commit does. @throws Error the folder cannot be written */
export async function measureSync(directory: string): Promise<Timing> {
  return withFolder(directory, async (folder) => {
    const file = await open(join(folder, 'page'), 'w', 0o600);
    try {
      const page = randomBytes(PAGE);
      return await timed(async () => {
        await file.write(page);
        await file.datasync();
      });
    } finally {
      await file.close();
    }
  });
}

/** A commit of a database of its own, written as ours is. @throws Error the folder cannot be written */
export async function measureSqlite(directory: string): Promise<Timing> {
  return withFolder(directory, async (folder) => {
    const sql = openForWriting(join(folder, 'commits.sqlite'), 'full');
    try {
      sql.database.exec('create table message (text blob not null)');
      const text = randomBytes(500);
      return await timed(() => void sql.run('insert into message values (?1)', text));
    } finally {
      sql.database.close();
    }
  });
}

/** Do it some times, and see how long it takes. */
export async function timed(act: () => void | Promise<void>): Promise<Timing> {
  const times: number[] = [];
  const end = performance.now() + PATIENCE;
  while (times.length < ROUNDS && (times.length === 0 || performance.now() < end)) {
    const start = performance.now();
    await act();
    times.push(performance.now() - start);
  }
  const sorted = times.toSorted((a, b) => a - b);
  return { median: sorted[Math.floor(sorted.length / 2)] ?? 0, longest: sorted.at(-1) ?? 0 };
}

async function withFolder<T>(directory: string, act: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(directory, '.check-'));
  try {
    return await act(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
