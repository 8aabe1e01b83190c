/** The process of a server, as service managers, init scripts and containers start it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { isRunning } from './pidfile.ts';

vi.setConfig({ testTimeout: 60_000 }); // every test starts a process or several

const MAIN = new URL('../main.ts', import.meta.url).pathname;
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

let folder: string;
const started = new Set<number>();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'couplet-process-'));
  chmodSync(folder, 0o755);
});

afterEach(() => {
  for (const pid of started) if (isRunning(pid)) process.kill(pid, 'SIGKILL');
  started.clear();
  rmSync(folder, { recursive: true });
});

interface Start {
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly uid?: number;
  readonly gid?: number;
}

function couplet({ args = ['--config', join(folder, 'couplet.yaml')], env = {}, ...who }: Start = {}): ChildProcess {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, COUPLET_RUN_DIRECTORY: join(folder, 'machine'), ...env },
    ...who,
  });
  if (child.pid !== undefined) started.add(child.pid);
  return child;
}

function configure(...lines: readonly string[]): void {
  const all = [
    'data_path: data',
    'c2s_ports: [0]',
    'c2s_interfaces: ["127.0.0.1"]',
    ...lines,
    'hosts:',
    '  a.example:',
  ];
  writeFileSync(join(folder, 'couplet.yaml'), `${all.join('\n')}\n`);
}

async function firstLine({ stdout, stderr }: ChildProcess): Promise<string> {
  if (stdout === null || stderr === null) throw new Error('no output');
  const said = text(stderr);
  for await (const line of createInterface(stdout)) return line;
  throw new Error(`it did not start: ${await said}`);
}

async function text(stream: NodeJS.ReadableStream | null): Promise<string> {
  let all = '';
  if (stream !== null) for await (const chunk of stream) all += String(chunk);
  return all;
}

async function refusal(child: ChildProcess): Promise<string> {
  const [said, exit] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  expect(exit).toEqual([1, null]);
  return said;
}

async function gone(pid: number): Promise<void> {
  for (let i = 0; isRunning(pid); i++) {
    if (i > 300) throw new Error('it did not stop');
    await wait(100);
  }
}

test('-D returns once it serves, and says why if it does not; the pidfile keeps a second one away', async () => {
  configure('pidfile: run/couplet.pid', 'umask: "027"');
  const pidfile = join(folder, 'run/couplet.pid');
  const parent = couplet({ args: ['-D', '--config', 'couplet.yaml'] });
  expect(await once(parent, 'exit')).toEqual([0, null]);
  const pid = Number(readFileSync(pidfile, 'utf8'));
  started.add(pid);
  expect(isRunning(pid)).toBe(true);
  expect(statSync(join(folder, 'data/couplet.sqlite')).mode & 0o777).toBe(0o640);
  const log = readFileSync(join(folder, 'data/couplet.log'), 'utf8');
  expect(log).toMatch(/^Couplet .* serves a\.example/m);
  configure('pidfile: run/couplet.pid', 'storage: memory', 'admin_socket: other.sock');
  expect(await refusal(couplet({ args: ['--config', 'couplet.yaml', '--daemonize'] }))).toContain(
    `couplet: ${pidfile}: the server runs already, as process ${pid}\n`,
  );
  process.kill(pid, 'SIGTERM');
  await gone(pid);
  expect(existsSync(pidfile)).toBe(false);
});

test('a socket that a service manager hands over is listened on, with all who came before', async () => {
  configure('storage: memory');
  const given = createServer().listen(0, '127.0.0.1');
  await once(given, 'listening');
  const address = given.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const fd: unknown = Reflect.get(Object(Reflect.get(given, '_handle')), 'fd');
  if (typeof fd !== 'number' || port === undefined) throw new Error('no socket');
  const script = 'LISTEN_PID=$$ exec "$@"'; // the service manager knows the number of the process before it starts
  const command = [process.execPath, MAIN, '--config', 'couplet.yaml', '--root'];
  const child = spawn('/bin/sh', ['-c', script, 'sh', ...command], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe', fd],
    env: { ...process.env, COUPLET_RUN_AS_ROOT: '', LISTEN_FDS: '1', LISTEN_FDNAMES: 'c2s' },
  });
  if (child.pid !== undefined) started.add(child.pid);
  const warned = text(child.stderr);
  given.close(); // the process has it too
  const client = createConnection(port, '127.0.0.1');
  client.write(
    "<stream:stream to='a.example' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>",
  );
  const [answer] = await once(client, 'data');
  expect(String(answer)).toContain("from='a.example'");
  expect(await firstLine(child)).toContain(` on 127.0.0.1:${port},`);
  client.destroy();
  child.kill('SIGTERM');
  expect((await warned).includes('the server runs as root')).toBe(isRoot);
});

const RECEIVER = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print("bound", flush=True)
while True: print("|".join(s.recv(4096).decode().splitlines()), flush=True)`;

test.runIf(existsSync('/usr/bin/systemd-notify') && existsSync('/usr/bin/python3'))(
  'a service manager hears of the start, of a reload, of the watchdog and of the stop',
  async () => {
    configure('storage: memory');
    const path = join(folder, 'notify');
    const receiver = spawn('/usr/bin/python3', ['-c', RECEIVER, path]);
    if (receiver.pid !== undefined) started.add(receiver.pid);
    const heard = new Array<string>();
    const lines = createInterface(receiver.stdout).on('line', (line) => heard.push(line));
    const hears = async (what: string): Promise<string> => {
      for (;;) {
        const index = heard.findIndex((line) => line.includes(what));
        if (index >= 0) return heard.splice(0, index + 1).at(-1) ?? '';
        await once(lines, 'line');
      }
    };
    await hears('bound');
    const server = couplet({ env: { NOTIFY_SOCKET: path, WATCHDOG_USEC: '2000000' } });
    expect(await hears('READY=1')).toContain(`READY=1|MAINPID=${server.pid}|STATUS=`);
    await hears('WATCHDOG=1');
    server.kill('SIGHUP');
    expect(await hears('RELOADING=1')).toMatch(/^RELOADING=1\|MONOTONIC_USEC=\d+\|/);
    await hears('READY=1');
    server.kill('SIGTERM');
    await hears('STOPPING=1');
    expect(await once(server, 'exit')).toEqual([0, null]);
  },
);

describe.runIf(isRoot)('started as root', () => {
  const asRoot = { COUPLET_RUN_AS_ROOT: '' };

  test('with a configuration it refuses, unless told', async () => {
    configure();
    expect(await refusal(couplet({ env: asRoot }))).toMatch(
      /^couplet: root has more rights than a server needs: .*\n$/,
    );
    expect(existsSync(join(folder, 'data'))).toBe(false);
  });

  test('it becomes the user that is named, once it has the ports below 1024', async () => {
    const port = await lowPort();
    configure('pidfile: run/couplet.pid', `prosody_user: ${NOBODY}`, 'prosody_group: nogroup');
    const file = join(folder, 'couplet.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('[0]', `[${port}]`));
    const server = couplet({ env: asRoot });
    expect(await firstLine(server)).toContain(` on 127.0.0.1:${port},`);
    expect(readFileSync(`/proc/${server.pid}/status`, 'utf8')).toMatch(
      /^Uid:\t65534\t65534\t65534\t65534\nGid:\t65534\t/m,
    );
    for (const name of ['data', 'data/couplet.sqlite', 'data/prosody.sock', 'run', 'run/couplet.pid', 'machine']) {
      expect(statSync(join(folder, name)).uid, name).toBe(NOBODY);
    }
    expect(statSync(join(folder, 'run')).mode & 0o777).toBe(0o755);
    expect(readdirSync(join(folder, 'machine'))).toHaveLength(1); // what root finds it by
    const client = createConnection(port, '127.0.0.1');
    await once(client, 'connect');
    client.destroy();
  });

  test('a container is the user who owns its data, or PUID', async () => {
    configure('storage: memory');
    mkdirSync(join(folder, 'data'));
    chownSync(join(folder, 'data'), 4711, 4712);
    const owner = couplet({ env: asRoot, args: ['--container', '--config', 'couplet.yaml'] });
    await firstLine(owner);
    expect(statSync(`/proc/${owner.pid}`)).toMatchObject({ uid: 4711, gid: 4712 });
    rmSync(join(folder, 'data'), { recursive: true });
    const puid = couplet({ env: { ...asRoot, PUID: '4713', COUPLET_CONTAINER: '1' } });
    await firstLine(puid);
    expect(statSync(`/proc/${puid.pid}`)).toMatchObject({ uid: 4713, gid: 4713 });
  });

  test('a user without a name, of the group 0, needs a folder that this group may write', async () => {
    mkdirSync(join(folder, 'data'));
    chmodSync(join(folder, 'data'), 0o770);
    configure();
    const server = couplet({ env: { ...asRoot, HOME: '/' }, uid: 1_000_620_000, gid: 0 });
    expect(await firstLine(server)).toContain('serves a.example');
    server.kill('SIGTERM');
    expect(await once(server, 'exit')).toEqual([0, null]);
  });
});

async function lowPort(): Promise<number> {
  for (let port = 700; port < 1000; port++) {
    const server = createServer().listen(port, '127.0.0.1');
    const free = await Promise.race([
      once(server, 'listening').then(() => true),
      once(server, 'error').then(() => false),
    ]).catch(() => false);
    server.close();
    if (free) return port;
  }
  throw new Error('no port is free');
}
