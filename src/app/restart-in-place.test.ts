import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommandLine } from '../cli/run-command-line.ts';

const MAIN = new URL('./main.ts', import.meta.url).pathname;
const WAIT = { timeout: 60_000, interval: 200 };

test.skipIf(process.execve === undefined)(
  'a restart keeps the process, and what it is started with',
  async () => {
    const data = mkdtempSync(join(tmpdir(), 'couplet-restart-'));
    const { LISTEN_FDS: _, ...env } = process.env;
    const server = spawn(process.execPath, [MAIN, '--data', data, '--port', '0'], { env, stdio: 'ignore' });
    const ctl = async (...words: string[]): Promise<string> => {
      let out = '';
      const add = (text: string): void => void (out += text);
      const ask = (): Promise<string> => Promise.resolve('');
      await runCommandLine(['--data', data, ...words], {
        program: 'ctl',
        out: add,
        err: add,
        ask,
        interactive: false,
      });
      return out;
    };
    /** When it started. */
    const started = async (): Promise<string | undefined> => /started: (\S+)/.exec(await ctl('server', 'uptime'))?.[1];
    try {
      await expect.poll(() => existsSync(join(data, 'prosody.sock')), WAIT).toBe(true);
      await expect.poll(started, WAIT).toBeDefined();
      const before = await started();
      expect(await ctl('server', 'restart', 'back soon')).toBe(`pid: ${String(server.pid)}\n`);
      await expect.poll(async () => [undefined, before].includes(await started()), WAIT).toBe(false);
      expect(await ctl('status')).toContain(` as process ${String(server.pid)} `);
    } finally {
      server.kill('SIGKILL');
      rmSync(data, { recursive: true });
    }
  },
  180_000,
);
