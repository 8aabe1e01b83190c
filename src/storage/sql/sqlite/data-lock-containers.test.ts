/** The lock between servers that cannot see each other's processes, as in two containers with one data folder. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { PID_NAMESPACE, pidNamespaces } from '../../../../test/support/needs.ts';

const directory = mkdtempSync(join(tmpdir(), 'couplet-lock-'));
const running: ChildProcess[] = [];

afterEach(async () => {
  for (const child of running.splice(0)) await kill(child);
});
afterAll(() => rmSync(directory, { recursive: true }));

/** Takes the lock and stays, or says why it cannot. */
const HOLDER = `
  const { DataLock } = await import(${JSON.stringify(new URL('data-lock.ts', import.meta.url).href)});
  try {
    new DataLock(process.argv[1]);
    console.log('held by ' + process.pid);
    setInterval(() => {}, 1000);
  } catch (error) {
    console.log(error.message);
  }
`;

/** Starts a server that is process 1 of its namespace, and returns what it says. */
async function container(): Promise<{ child: ChildProcess; said: string }> {
  const [program = '', ...parameters] = PID_NAMESPACE;
  const holder = [process.execPath, '--input-type=module', '--eval', HOLDER, directory];
  const child = spawn(program, [...parameters, ...holder], { stdio: ['ignore', 'pipe', 'inherit'] });
  running.push(child);
  const [said]: unknown[] = await once(child.stdout, 'data');
  return { child, said: String(said).trim() };
}

/** Resolves when the process and all that it started are gone: they hold the other end of its output. */
async function kill(child: ChildProcess): Promise<void> {
  if (child.stdout?.closed !== false) return;
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
}

describe.skipIf(!pidNamespaces())('in PID namespaces of their own', () => {
  test('the second of two processes with the same number is refused until the first one is gone', async () => {
    const first = await container();
    expect(first.said).toBe('held by 1');
    const second = await container();
    expect(second.said).toContain(`another server uses ${directory}: process 1 on `);
    await kill(first.child);
    expect((await container()).said).toBe('held by 1');
  });
});
