/** The program as an operator runs it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, expect, test, vi } from 'vitest';

vi.setConfig({ testTimeout: 60_000 }); // every test starts a process or several

const MAIN = new URL('./main.ts', import.meta.url).pathname;
const started: ChildProcess[] = [];
const temporary = mkdtempSync(join(tmpdir(), 'couplet-main-'));
let folders = 0;

afterAll(() => rmSync(temporary, { recursive: true }));

/** Runs it in `temporary`: data of its own, where nothing else is said. */
function couplet(...args: string[]): ChildProcess {
  const own = args.includes('--config') || args.includes('--data') ? [] : ['--data', `data-${++folders}`];
  const child = spawn(process.execPath, [MAIN, ...own, ...args], {
    cwd: temporary,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Without a configuration root may run it, untold.
    env: own.length > 0 ? { ...process.env, COUPLET_RUN_AS_ROOT: '' } : process.env,
  });
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

test('in memory, the first line says where it listens, with which account, and that nothing is kept', async () => {
  const line = await firstLine(couplet('--port', '0', '--storage', 'memory'));
  expect(line).toMatch(/^Couplet \S+ serves localhost on 127\.0\.0\.1:\d+ \(.*this machine alone/);
  expect(line).toMatch(
    /, everything in memory and gone when it stops; first account: admin@localhost password \S{12,}$/,
  );
});

test('on disk, the first start makes an account and a file with its password, for the owner alone', async () => {
  const line = await firstLine(couplet('--port', '0', '--data', 'kept'));
  expect(line).toMatch(
    /, data in \.\/kept; first account: admin@localhost, its password is in \.\/kept\/initial-admin$/,
  );
  const path = (name: string): string => join(temporary, 'kept', name);
  expect(readFileSync(path('initial-admin'), 'utf8')).toMatch(/^admin@localhost \S{12,}\n$/);
  const modes = ['.', 'initial-admin', 'prosody.sock', 'couplet.sqlite'].map(
    (name) => statSync(path(name)).mode & 0o777,
  );
  expect(modes).toEqual([0o700, 0o600, 0o600, 0o600]);
  const second = couplet('--port', '0', '--data', 'kept');
  expect(await text(second.stderr)).toContain('couplet: storage: another server uses');
  const first = started[0];
  if (first !== undefined) {
    first.kill('SIGKILL');
    await once(first, 'exit');
  }
  expect(await firstLine(couplet('--port', '0', '--data', 'kept'))).toMatch(/, data in \.\/kept$/);
});

test('a configuration decides what is served, and a mistake in it is told with file and line', async () => {
  const config = (text: string): void => writeFileSync(join(temporary, 'couplet.yaml'), text);
  config('data_path: configured\nc2s_ports: [0]\nc2s_interfaces: ["127.0.0.1"]\nhosts:\n  a.example:\n  b.example:\n');
  const line = await firstLine(couplet('--config', 'couplet.yaml', '-F'));
  expect(line).toMatch(/^Couplet \S+ serves a\.example, b\.example on 127\.0\.0\.1:\d+.*, data in \.\/configured$/);
  config('hosts:\n  a.example:\nc2s_prots: [0]\n');
  const child = couplet('--config', 'couplet.yaml');
  const [said, exit] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  expect(said).toMatch(/^couplet: \/.*couplet\.yaml:3: there is no option "c2s_prots"; did you mean "c2s_ports"\?\n$/);
  expect(exit).toEqual([1, null]);
});

test('above its memory limit it takes nobody, and says so', async () => {
  writeFileSync(
    join(temporary, 'small.yaml'),
    'data_path: small\nmemory_limit: 1\nc2s_ports: [0]\nc2s_interfaces: ["127.0.0.1"]\nhosts:\n  a.example:\n',
  );
  const child = couplet('--config', 'small.yaml');
  const port = Number(/127\.0\.0\.1:(\d+)/.exec(await firstLine(child))?.[1]);
  if (child.stderr === null) throw new Error('no log');
  for await (const line of createInterface(child.stderr)) if (line.includes('memory is short')) break;
  await once(createConnection(port, '127.0.0.1').resume(), 'close');
});

test("a configuration of Prosody's is served as it is, named by PROSODY_CONFIG", async () => {
  const config = (text: string): void => writeFileSync(join(temporary, 'prosody.cfg.lua'), text);
  config(`data_path = "lua"; storage = "internal"
    modules_enabled = { "roster", "saslauth", "muc" }
    c2s_ports = { 0 }; c2s_interfaces = { "127.0.0.1" }
    VirtualHost "a.example"`);
  vi.stubEnv('PROSODY_CONFIG', 'prosody.cfg.lua');
  const child = spawn(process.execPath, [MAIN, '-F'], { cwd: temporary, stdio: ['ignore', 'pipe', 'pipe'] });
  vi.unstubAllEnvs();
  started.push(child);
  expect(await firstLine(child)).toMatch(/^Couplet \S+ serves a\.example on 127\.0\.0\.1:\d+ .*data in \.\/lua$/);
  child.kill('SIGTERM');
  expect(await text(child.stderr)).toContain('prosody.cfg.lua:2: the module muc is not there yet');
  config('VirtualHost "a.example"\nos.execute("id")');
  const refused = couplet('--config', 'prosody.cfg.lua');
  const [said, exit] = await Promise.all([text(refused.stderr), once(refused, 'exit')]);
  expect(said).toMatch(/^couplet: \/.*prosody\.cfg\.lua:2: os\.execute cannot be used in a configuration\n$/);
  expect(exit).toEqual([1, null]);
});

test('shows no password that was given', async () => {
  const line = await firstLine(couplet('--port', '0', '--user', 'alice:topsecret'));
  expect(line).toContain('accounts: alice@localhost');
  expect(line).not.toContain('topsecret');
});

test('on SIGTERM every client hears system-shutdown, and the exit code is 0', async () => {
  const child = couplet('--port', '0');
  const port = Number(/:(\d+)[ ,]/.exec(await firstLine(child))?.[1]);
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

test('a second signal does not wait for clients', async () => {
  const child = couplet('--port', '0');
  const port = Number(/:(\d+)[ ,]/.exec(await firstLine(child))?.[1]);
  const socket = createConnection(port, '127.0.0.1');
  socket.write(
    "<stream:stream to='localhost' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>",
  );
  await once(socket, 'data');
  socket.on('error', () => undefined);
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await once(socket, 'data'); // the server has closed its side, and waits for ours
  child.kill('SIGINT');
  expect(await exit).toEqual([130, null]);
  socket.destroy();
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
