import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConfigError } from '../../config/config-error.ts';
import { isRunning, makePidfileFolder, mustBeWritable, serverNamedIn, writePidfile } from './pidfile.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'couplet-pid-'));
  path = join(folder, 'x.pid');
});

afterEach(() => rmSync(folder, { recursive: true }));

/** A process that lives until it is killed, called as given. */
async function other(name: string): Promise<{ pid: number; end: () => Promise<unknown> }> {
  const child = spawn(process.execPath, ['-e', 'console.log(1); setInterval(() => {}, 1000)', name]);
  await once(child.stdout, 'data');
  const ended = once(child, 'exit');
  return {
    pid: child.pid ?? 0,
    end: () => {
      child.kill('SIGKILL');
      return ended;
    },
  };
}

test('it holds the number, for everybody to read, and goes when the server stops', () => {
  const before = process.umask(0o077);
  const remove = writePidfile(path);
  process.umask(before);
  expect(readFileSync(path, 'utf8')).toBe(`${process.pid}\n`);
  expect(statSync(path).mode & 0o777).toBe(0o644);
  remove();
  expect(existsSync(path)).toBe(false);
});

test('a server that runs keeps its file; once it is gone, its file is replaced', async () => {
  const server = await other('couplet');
  writeFileSync(path, String(server.pid)); // as Prosody writes it: without a newline
  expect(() => writePidfile(path)).toThrow(ConfigError);
  expect(() => writePidfile(path)).toThrow(`the server runs already, as process ${server.pid}`);
  expect(isRunning(server.pid)).toBe(true);
  await server.end();
  expect(isRunning(server.pid)).toBe(false);
  const remove = writePidfile(path);
  expect(readFileSync(path, 'utf8')).toBe(`${process.pid}\n`);
  writeFileSync(path, '4294967\n'); // of a server that started after this one was told to stop
  remove();
  expect(existsSync(path)).toBe(true);
});

test.runIf(existsSync('/proc/self/cmdline'))('a number that another program was given since is no server', async () => {
  const stranger = await other('stranger');
  writeFileSync(path, `${stranger.pid}\n`);
  expect(serverNamedIn(path)).toBeUndefined();
  writePidfile(path);
  await stranger.end();
});

test('a folder that is missing is made, for everybody to look into; where that cannot be, it is said', () => {
  const missing = join(folder, 'a/b/x.pid');
  expect(() => mustBeWritable(missing)).toThrow('the pidfile cannot be written: ENOENT');
  const before = process.umask(0o077);
  makePidfileFolder(missing, undefined);
  process.umask(before);
  for (const made of ['a', 'a/b']) expect(statSync(join(folder, made)).mode & 0o777, made).toBe(0o755);
  expect(() => mustBeWritable(missing)).not.toThrow();
  writeFileSync(path, '');
  expect(() => makePidfileFolder(join(path, 'x.pid'), undefined)).toThrow(
    /^pidfile: its folder cannot be made: (?:ENOTDIR|EEXIST).*: make it, or choose another place$/,
  );
});

test('what is no number, and no file, names nobody', () => {
  for (const text of ['', 'x', '-1', '0', '12 13', '99999999999']) {
    writeFileSync(path, text);
    expect(serverNamedIn(path), text).toBeUndefined();
  }
  expect(serverNamedIn(join(folder, 'none'))).toBeUndefined();
  expect(() => writePidfile(join(folder, 'none', 'x.pid'))).toThrow('the pidfile cannot be written: ENOENT');
});
