/** `watch` and `log` with a server that runs. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ROUTING, World } from '../../test/support/world.ts';
import { openControlSocket, type ControlSocket } from '../app/control-socket.ts';
import { levelsFrom } from '../logging/levels.ts';
import { openLogs, type Logs } from '../logging/logs.ts';
import { runCommandLine } from './run-command-line.ts';

vi.setConfig({ testTimeout: 30_000 });

let data: string;
let world: World;
let logs: Logs;
let control: ControlSocket;

beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'couplet-watch-'));
  world = await World.start({ hosts: [{ modules: [...ROUTING, 'auth_internal_hashed', 'admin_operations'] }] });
  logs = openLogs([{ to: join(data, 'a.log'), levels: levelsFrom('warn'), format: 'text' }]);
  world.server.logs = logs;
  control = await openControlSocket(world.server, join(data, 'prosody.sock'));
});

afterEach(async () => {
  await control.close();
  await world.stop();
  await logs.close();
  rmSync(data, { recursive: true });
});

/** A command that runs until `stop`, and what it says meanwhile. */
class Running {
  readonly lines: string[] = [];
  readonly status: Promise<number>;
  err = '';

  constructor(...words: readonly string[]) {
    this.status = runCommandLine(['--data', data, ...words], {
      program: 'coupletctl',
      out: (text) => this.lines.push(...text.trimEnd().split('\n')),
      err: (text) => (this.err += text),
      ask: () => Promise.resolve(''),
      interactive: false,
    });
  }

  says(...lines: unknown[]): Promise<void> {
    return vi.waitFor(() => expect(this.lines).toEqual(lines));
  }

  async stop(): Promise<void> {
    process.emit('SIGINT', 'SIGINT');
    expect([await this.status, this.err]).toEqual([0, '']);
  }
}

const hooks = (): number[] =>
  (['stanza/outgoing', 'session/deliver'] as const).map((name) => world.host().hooks[name].size);

test('watch log: levels and sources that are not written anywhere too; nothing is left of it afterwards', async () => {
  const watching = new Running('watch', 'log', '--level', 'debug', '--source', 'c2s');
  await vi.waitFor(() => {
    logs.log.child({ host: 'a.example', module: 'c2s' }).debug({ n: 1 }, 'here');
    logs.log.child({ service: 'c2s' }).info({}, 'there');
    logs.log.child({ host: 'a.example', module: 'ping' }).error({}, 'elsewhere');
    expect(watching.lines.length).toBeGreaterThan(1);
  });
  expect(watching.lines.slice(0, 2)).toEqual([
    expect.stringMatching(/^\d\d:\d\d:\d\d a\.example:c2s\tdebug\there n=1$/),
    expect.stringMatching(/^\d\d:\d\d:\d\d c2s\tinfo\tthere$/),
  ]);
  await watching.stop();
  const spied = vi.spyOn(JSON, 'stringify');
  await vi.waitFor(() => {
    spied.mockClear();
    logs.log.child({ service: 'c2s' }).info({}, 'nobody sees this');
    expect(spied).not.toHaveBeenCalled();
  });
  spied.mockRestore();
});

test('watch stanzas: in and out, of all or some, without what is said; nothing is left of it afterwards', async () => {
  const [romeo, juliet] = [await world.available('romeo@localhost/r'), await world.available('juliet@localhost/j')];
  const before = hooks();
  const all = new Running('watch', 'stanzas');
  const some = new Running('watch', 'stanzas', 'juliet@localhost', '--out', '--json');
  await vi.waitFor(() => expect(hooks()).toEqual([(before[0] ?? 0) + 1, (before[1] ?? 0) + 2]));
  romeo.send('<message to="juliet@localhost" type="chat" id="1"><body>my secret</body></message>');
  const query = '<query xmlns="jabber:iq:register"><username>romeo</username><password>hunter2</password></query>';
  romeo.send(`<iq type="set" id="2">${query}</iq>`);
  await all.says(
    "in  romeo@localhost/r <message to='juliet@localhost' type='chat' id='1' from='romeo@localhost/r'><body>…9</body></message>",
    expect.stringMatching(/^out juliet@localhost\/j <message .*from='romeo@localhost\/r'/),
    expect.stringMatching(/^in {2}romeo@localhost\/r <iq .*<username>…5<\/username><password>…7<\/password>/),
    expect.stringMatching(/^out romeo@localhost\/r <iq .*type='error'/),
  );
  await vi.waitFor(() => expect(some.lines).toHaveLength(1));
  expect(JSON.parse(some.lines[0] ?? '')).toMatchObject({ direction: 'out', jid: 'juliet@localhost/j' });
  expect([...all.lines, ...some.lines].join()).not.toMatch(/secret|hunter2/);
  process.emit('SIGINT', 'SIGINT');
  expect(await Promise.all([all.status, some.status])).toEqual([0, 0]);
  await vi.waitFor(() => expect(hooks()).toEqual(before));
  expect(juliet.received).toHaveLength(1);
  const audit = new Running('audit', '--operation', 'watch.stanzas');
  expect(await audit.status).toBe(0);
  expect(audit.lines.filter((line) => line.includes('watch.stanzas'))).toHaveLength(2);
});

test('a reader that is too slow loses events and is told how many; the server keeps nothing for it', async () => {
  const watched = vi.spyOn(logs, 'watch');
  const socket = createConnection(join(data, 'prosody.sock'));
  await once(socket, 'connect');
  socket.write('{"id":1,"operation":"watch.log","input":{}}\n');
  socket.pause();
  const many = 20_000;
  await vi.waitFor(() => expect(watched).toHaveBeenCalled());
  for (let sent = 0; sent < many; sent++) logs.log.info({}, 'x'.repeat(100));
  let text = '';
  socket.on('data', (chunk) => (text += chunk.toString()));
  socket.resume();
  await vi.waitFor(() => {
    logs.log.info({}, 'the end');
    expect(text).toMatch(/"dropped":\d+/);
  });
  const dropped = Number(/"dropped":(\d+)/.exec(text)?.[1]);
  expect(dropped).toBeGreaterThan(many / 2);
  expect(text.length).toBeLessThan(2_000_000);
  socket.destroy();
});

test('the server notices at once that nobody watches any more, and its end ends the watching', async () => {
  const before = hooks();
  const gone = createConnection(join(data, 'prosody.sock'));
  await once(gone, 'connect');
  gone.write('{"id":1,"operation":"watch.stanzas","input":{}}\n');
  await vi.waitFor(() => expect(hooks()).not.toEqual(before));
  gone.destroy();
  await vi.waitFor(() => expect(hooks()).toEqual(before));
  const watching = new Running('watch', 'stanzas');
  await vi.waitFor(() => expect(hooks()).not.toEqual(before));
  await control.close();
  expect(await watching.status).toBe(1);
  expect(watching.err).toBe('coupletctl: the server stopped before it answered\n');
});

test('the level of the log changes while the server runs', async () => {
  const path = join(data, 'a.log');
  const all = new Running('log', 'level', 'debug');
  expect(await all.status).toBe(0);
  expect(logs.sinks).toEqual([{ to: path, levels: ['debug', 'info', 'warn', 'error'], dropped: 0 }]);
  const one = new Running('log', 'level', 'error', path, '--json');
  expect(await one.status).toBe(0);
  expect(JSON.parse(one.lines[0] ?? '')).toEqual({ sinks: [{ to: path, levels: ['error'], dropped: 0 }] });
  const list = new Running('log', 'list');
  await list.status;
  expect(list.lines.map((line) => line.split(/\s\s+/))).toEqual([
    ['TO', 'LEVELS', 'DROPPED'],
    [path, 'error', '0'],
  ]);
  const wrong = new Running('log', 'level', 'error', '*syslog');
  expect([await wrong.status, wrong.err]).toEqual([1, `coupletctl: The log does not go to *syslog, but to ${path}\n`]);
  const loud = new Running('log', 'level', 'loud');
  expect([await loud.status, loud.err]).toEqual([1, expect.stringContaining('level: Invalid option')]);
});
