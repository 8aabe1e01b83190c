/** The program as an operator runs it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { afterEach, expect, test, vi } from 'vitest';

vi.setConfig({ testTimeout: 60_000 }); // every test starts a process or several

const MAIN = new URL('./main.ts', import.meta.url).pathname;
const started: ChildProcess[] = [];

function couplet(...args: string[]): ChildProcess {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  return child;
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('no output');
  for await (const line of createInterface(child.stdout)) return line;
  throw new Error('it said nothing');
}

async function text(stream: NodeJS.ReadableStream | null): Promise<string> {
  let all = '';
  if (stream !== null) for await (const chunk of stream) all += String(chunk);
  return all;
}

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

test('says in its first line where it listens, with which account, and that nothing is kept', async () => {
  const line = await firstLine(couplet('--port', '0'));
  expect(line).toMatch(/^Couplet \S+ serves localhost on 127\.0\.0\.1:\d+ \(no TLS\), everything in memory/);
  expect(line).toMatch(/accounts: user@localhost password \S{12,}$/);
});

test('shows no password that was given', async () => {
  const line = await firstLine(couplet('--port', '0', '--user', 'alice:topsecret'));
  expect(line).toContain('accounts: alice@localhost');
  expect(line).not.toContain('topsecret');
});

test('on SIGTERM every client hears system-shutdown, and the exit code is 0', async () => {
  const child = couplet('--port', '0');
  const port = Number(/:(\d+) /.exec(await firstLine(child))?.[1]);
  const socket = createConnection(port, '127.0.0.1');
  socket.write(
    "<stream:stream to='localhost' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>",
  );
  await once(socket, 'data');
  const rest = text(socket);
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await rest).toContain('<system-shutdown');
  socket.end();
  expect(await exit).toEqual([0, null]);
});

test('a port that is taken, a wrong option, a name that is none: one sentence and an exit code that is not 0', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  try {
    for (const [args, message, code] of [
      [['--port', String(port)], 'couplet: c2s: Cannot listen on 127.0.0.1', 1],
      [['--nonsense'], "couplet: Unknown option '--nonsense'", 1],
      [['--port', '0', '--user', 'a b:c'], 'couplet: --user: "a b" is not a user name', 1],
    ] as const) {
      const child = couplet(...args);
      const [said, exit] = await Promise.all([text(child.stderr), once(child, 'exit')]);
      expect(said).toContain(message);
      expect(exit).toEqual([code, null]);
    }
  } finally {
    taken.close();
  }
});

test('--help and --version say what they should and serve nothing', async () => {
  expect(await text(couplet('--help').stdout)).toContain('--user NAME:PASSWORD');
  expect(await text(couplet('--version').stdout)).toMatch(/^Couplet \d+\.\d+\.\d+/);
});
