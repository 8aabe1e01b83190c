import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { DataLock } from './data-lock.ts';

const directory = mkdtempSync(join(tmpdir(), 'couplet-lock-'));
afterAll(() => rmSync(directory, { recursive: true }));

const HOLDER = `
  const { DataLock } = await import(${JSON.stringify(new URL('data-lock.ts', import.meta.url).href)});
  new DataLock(process.argv[1]);
  process.stdout.write('held');
  setInterval(() => {}, 1000);
`;

test('a second lock on the same folder is refused, and released it can be taken again', () => {
  const lock = new DataLock(directory);
  expect(() => new DataLock(directory)).toThrow(`process ${process.pid} on`);
  lock.release();
  expect(existsSync(join(directory, 'lock.holder'))).toBe(false);
  new DataLock(directory).release();
});

test('a lock is not given up because nobody looks at it any more', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'couplet-lock-'));
  const holds = HOLDER.replace(
    'setInterval',
    'await 0; gc(); await new Promise(setImmediate); gc(); setInterval',
  ).replace("process.stdout.write('held');", '');
  const child = spawn(process.execPath, [
    '--expose-gc',
    '--input-type=module',
    '--eval',
    `${holds} console.log('held')`,
    folder,
  ]);
  await once(child.stdout, 'data');
  expect(() => new DataLock(folder)).toThrow('another server');
  child.kill('SIGKILL');
  await once(child, 'close');
  rmSync(folder, { recursive: true });
});

test('another process is refused by name while the holder lives, and not after kill -9', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', HOLDER, directory]);
  await once(child.stdout, 'data');
  expect(() => new DataLock(directory)).toThrow(`another server uses ${directory}: process ${child.pid} on`);
  child.kill('SIGKILL');
  await once(child, 'close');
  expect(existsSync(join(directory, 'lock.holder'))).toBe(true);
  new DataLock(directory).release();
});
