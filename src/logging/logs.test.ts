import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { levelsFrom, levelsOf } from './levels.ts';
import { openLogs, type Logs } from './logs.ts';
import type { SinkSettings } from './sink-settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'couplet-logs-'));
const opened: Logs[] = [];
let files = 0;

afterEach(async () => {
  for (const logs of opened.splice(0)) await logs.close();
  vi.unstubAllEnvs();
});
afterAll(() => rmSync(folder, { recursive: true }));

const fresh = (): string => join(folder, `${++files}.log`);

function open(...settings: Partial<SinkSettings>[]): Logs {
  const logs = openLogs(
    settings.map((one) => ({ to: fresh(), levels: levelsFrom('info'), format: 'text', timestamps: false, ...one })),
  );
  opened.push(logs);
  return logs;
}

const said = (path: string, text: string) => vi.waitFor(() => expect(readFileSync(path, 'utf8')).toBe(text));

test('each place gets its levels in its form', async () => {
  const [text, json] = [fresh(), fresh()];
  const { log } = open(
    { to: text, levels: levelsOf(['debug', 'warn']) },
    { to: json, levels: levelsFrom('info', 'warn'), format: 'json' },
  );
  const child = log.child({ host: 'a.example' }).child({ module: 'ping' });
  for (const level of ['debug', 'info', 'warn', 'error'] as const) child[level]({ n: 1 }, `some ${level}`);
  await said(text, 'a.example:ping\tdebug\tsome debug n=1\na.example:ping\twarn\tsome warn n=1\n');
  await said(
    json,
    '{"level":"info","host":"a.example","module":"ping","n":1,"msg":"some info"}\n' +
      '{"level":"warn","host":"a.example","module":"ping","n":1,"msg":"some warn"}\n',
  );
});

test('two places that are one file share it; it is for owner and group, whatever the umask is', async () => {
  const path = fresh();
  const before = process.umask(0o077);
  const { log } = open({ to: path, levels: levelsOf(['info']) }, { to: path, levels: levelsOf(['error']) });
  process.umask(before);
  log.info({}, 'one');
  log.error({}, 'two');
  await said(path, 'server\tinfo\tone\nserver\terror\ttwo\n');
  expect(statSync(path).mode & 0o777).toBe(0o640);
});

test('a file that was renamed is opened again; no line is lost on the way', async () => {
  const path = fresh();
  const logs = open({ to: path });
  let sent = 0;
  for (let turn = 0; turn < 5; turn++) {
    for (let i = 0; i < 50; i++) logs.log.info({}, `line ${++sent}`);
    renameSync(path, `${path}.${turn}`);
    const reopened = logs.reopen();
    for (let i = 0; i < 50; i++) logs.log.info({}, `line ${++sent}`);
    await reopened;
  }
  await logs.close();
  const all =
    [0, 1, 2, 3, 4].map((turn) => readFileSync(`${path}.${turn}`, 'utf8')).join('') + readFileSync(path, 'utf8');
  expect(all.trimEnd().split('\n')).toEqual(Array.from({ length: sent }, (_, i) => `server\tinfo\tline ${i + 1}`));
  expect(statSync(path).mode & 0o777).toBe(0o640);
});

test('other places from now on: those that stay lose nothing, one that cannot be opened changes nothing', async () => {
  const [stays, goes, comes] = [fresh(), fresh(), fresh()];
  const logs = open({ to: stays }, { to: goes });
  const sink = (to: string): SinkSettings => ({ to, levels: levelsFrom('info'), format: 'text', timestamps: false });
  logs.log.info({}, 'before');
  expect(() => logs.configure([sink(comes), sink(join(folder, 'none', 'x.log'))])).toThrow('ENOENT');
  logs.log.info({}, 'between');
  logs.configure([sink(stays), sink(comes)]);
  logs.log.info({}, 'after');
  await said(stays, 'server\tinfo\tbefore\nserver\tinfo\tbetween\nserver\tinfo\tafter\n');
  await said(goes, 'server\tinfo\tbefore\nserver\tinfo\tbetween\n');
  await said(comes, 'server\tinfo\tafter\n');
});

test('a file that cannot be opened is an error, or the console stands in for it', async () => {
  const path = join(folder, 'none', 'x.log');
  expect(() => openLogs([{ to: path, levels: 15, format: 'text' }])).toThrow('ENOENT');
  const other = fresh();
  const logs = open({ to: path, lenient: true, levels: 0 }, { to: other, lenient: true });
  expect(logs.sinks.map(({ to }) => to)).toEqual(['*stderr', other]);
  await vi.waitFor(() => expect(readFileSync(other, 'utf8')).toMatch(/warn\ta file of the log cannot be opened.*none/));
});

test('the level changes while it runs, of all places or one; who watches gets more than is written', async () => {
  const [one, other] = [fresh(), fresh()];
  const logs = open({ to: one }, { to: other });
  const seen: string[] = [];
  const end = logs.watch(levelsFrom('debug'), ({ level, message }) => seen.push(`${level} ${message}`));
  logs.log.debug({}, 'a');
  expect(logs.setLevel('debug', one)).toBe(1);
  expect(logs.setLevel('debug', 'unknown')).toBe(0);
  logs.log.debug({}, 'b');
  end();
  expect(logs.setLevel('error')).toBe(2);
  logs.log.warn({}, 'c');
  logs.log.error({}, 'd');
  await said(one, 'server\tdebug\tb\nserver\terror\td\n');
  await said(other, 'server\terror\td\n');
  expect(seen).toEqual(['debug a', 'debug b']);
  expect(logs.sinks).toEqual([
    { to: one, levels: ['error'], dropped: 0 },
    { to: other, levels: ['error'], dropped: 0 },
  ]);
});

test('what is dropped is counted for each place', () => {
  const path = fresh();
  const logs = open({ to: path });
  const counted = new Map<string, number>();
  const flood = (): void => {
    for (let i = 0; i < 3000; i++) logs.log.info({}, `${i} ${'x'.repeat(1000)}`);
  };
  flood(); // nothing is written before the loop turns
  const before = logs.sinks[0]?.dropped ?? 0;
  expect(before).toBeGreaterThan(1000);
  logs.countDrops((to) => ({ inc: (by = 1) => void counted.set(to, (counted.get(to) ?? 0) + by) }));
  expect(counted.get(path)).toBe(before);
  flood();
  expect(counted.get(path)).toBe(logs.sinks[0]?.dropped);
  expect(counted.get(path)).toBeGreaterThan(before);
});

test.each([
  ['process.exit(3)', 3, 1000],
  ['throw new Error("broke")', 1, 1001],
])('everything is written when the process ends by %s', async (end, code, lines) => {
  const path = fresh();
  const script = join(folder, `end-${files}.ts`);
  writeFileSync(
    script,
    `import { openLogs } from ${JSON.stringify(join(import.meta.dirname, 'logs.ts'))};
const { log } = openLogs([{ to: ${JSON.stringify(path)}, levels: 15, format: 'json' }]);
for (let i = 1; i <= 1000; i++) log.info({ i }, 'x'.repeat(500));
${end};`,
  );
  const status = await new Promise((resolve) => {
    execFile(process.execPath, [script], (error) => resolve(error?.code));
  });
  expect(status).toBe(code);
  const written = readFileSync(path, 'utf8').trimEnd().split('\n');
  expect(written).toHaveLength(lines);
  expect(
    written
      .slice(0, 1000)
      .map((line): unknown => JSON.parse(line))
      .map((line, i) => [line, i + 1]),
  ).toSatisfy((all: [{ i: number }, number][]) => all.every(([{ i }, wanted]) => i === wanted));
  if (lines > 1000) expect(written.at(-1)).toMatch(/"message":"broke".*"msg":"the server ends/);
});

test('more than 1000 events of one kind in a second are left out, and told; others are not', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 5000 });
  const path = fresh();
  const logs = open({ to: path });
  let limited = 0;
  logs.countDrops((to) => ({ inc: (by = 1) => void (limited += to === '*' ? by : 0) }));
  let watched = 0;
  logs.watch(levelsFrom('info'), () => watched++);
  for (let i = 0; i < 1500; i++) logs.log.info({}, 'flood');
  logs.log.info({}, 'other');
  vi.setSystemTime(6000);
  logs.log.info({}, 'flood');
  vi.useRealTimers();
  expect([limited, watched]).toEqual([500, 1502]);
  await said(
    path,
    `${'server\tinfo\tflood\n'.repeat(1000)}server\tinfo\tother\n` +
      'log\twarn\t500 lines left out: more than 1000 a second lines=500 of=flood\nserver\tinfo\tflood\n',
  );
});

test('syslog: through logger, with severities, started again when it ends', async () => {
  const [output, calls] = [fresh(), fresh()];
  const bin = mkdtempSync(join(folder, 'bin-'));
  writeFileSync(join(bin, 'logger'), `#!/bin/sh\necho "$@" >> ${calls}\nhead -n 1 >> ${output}\n`);
  chmodSync(join(bin, 'logger'), 0o755);
  vi.stubEnv('PATH', `${bin}${delimiter}${process.env['PATH'] ?? ''}`);
  const logs = open({ to: '*syslog', timestamps: undefined, syslogName: 'chat', syslogFacility: 'local3' });
  logs.log.child({ host: 'a.example' }).info({}, 'one');
  await said(output, '<6>a.example\tinfo\tone\n');
  await vi.waitFor(
    () => {
      logs.log.error({}, 'two');
      expect(readFileSync(output, 'utf8')).toMatch(/\n<3>server\terror\ttwo\n/);
    },
    { timeout: 20_000, interval: 300 },
  );
  expect(readFileSync(calls, 'utf8').split('\n')[0]).toBe(
    `--prio-prefix --id=${process.pid} --tag chat --priority local3.info`,
  );
});
