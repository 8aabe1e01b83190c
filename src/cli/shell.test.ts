/** The interactive shell on a terminal. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { needs } from '../../test/support/needs.ts';
import { MemoryLog } from '../../test/support/world.ts';
import { openControlSocket } from '../app/control-socket.ts';
import { zeroSettings } from '../app/load-settings.ts';
import { startServer } from '../app/start.ts';
import { completionsOf } from './shell.ts';

const WAIT = { timeout: 30_000 };

test.each([
  ['user c', ['user create', 'user count']],
  ['user:cre', ['user:create']],
  ['user create ann@ex', ['ann@example.org']],
  ['user:create("ann@', ['ann@example.org', 'ann@other.org']],
  ['motd show o', ['other.org']],
  ['nothing x', []],
])('%j is completed to %j', (line, found) => {
  const names = ['user create', 'user count', 'motd show'];
  expect(completionsOf(line, names, ['example.org', 'other.org'])[0]).toEqual(found);
});

test.skipIf(!needs('script'))(
  'lines are completed, kept and discarded; Ctrl-D ends it',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'couplet-shell-'));
    const data = join(folder, 'data');
    mkdirSync(data);
    writeFileSync(join(folder, '.main.ts_history'), 'server uptime', { mode: 0o644 });
    const port = { port: 0, tlsPort: undefined, address: '127.0.0.1' };
    const { hosts, adminSocket } = zeroSettings({ data, storage: 'memory', ...port, logLevel: 'info' });
    const server = await startServer({ hosts, log: new MemoryLog(), storage: { kind: 'memory' }, listen: false });
    const control = await openControlSocket(server, adminSocket);
    const program = `'${process.execPath}' '${resolve('src/cli/main.ts')}' --data '${data}' shell`;
    const shell = spawn('script', ['-qefc', program, '/dev/null'], {
      env: { ...process.env, HOME: folder, TERM: 'xterm' },
    });
    try {
      let shown = '';
      const ended = new Promise<number | null>((done) => shell.on('close', done));
      shell.stdout.on('data', (chunk: Buffer) => (shown += chunk.toString()));
      const type = async (keys: string, answer: string | RegExp): Promise<void> => {
        shown = '';
        shell.stdin.write(keys);
        await expect.poll(() => shown, WAIT).toMatch(answer);
      };
      await expect.poll(() => shown, WAIT).toContain('main.ts> ');
      await type('\u001b[A', 'server uptime'); // from the last time
      await type('\u0003', /\^C\s+[^]*main\.ts> /);
      await type('user cre\t', 'user create');
      await type(' ann@lo\t', 'ann@localhost');
      await type(' secret\r', 'main.ts> ');
      await type('user:list("localhost")\r', 'ann@localhost\r\n');
      await type('nonsense\r', 'unknown command: nonsense');
      await type('help motd\r', 'motd delete HOST');
      shell.stdin.write('\u0004');
      expect(await ended).toBe(0);
      const file = join(folder, '.main.ts_history');
      expect(readFileSync(file, 'utf8')).toBe('help motd\nnonsense\nuser:list("localhost")\nserver uptime');
      expect(statSync(file).mode & 0o777).toBe(0o600);
    } finally {
      shell.kill();
      await control.close();
      await server.stop();
      rmSync(folder, { recursive: true });
    }
  },
  120_000,
);
