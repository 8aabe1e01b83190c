/** `npm run bench`: the same load on Couplet and on other servers. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compare } from './compare.ts';
import { thisMachine } from './machine.ts';
import { figureTable, markdown, ratioTable } from './report/markdown.ts';
import { parseResults, type Results } from './report/results.ts';
import { ROWS } from './report/rows.ts';
import { svg } from './report/svg.ts';
import { OWN, tableOf } from './report/table.ts';
import type { Scale } from './scenarios/scenario.ts';
import { SCENARIOS } from './scenarios/scenarios.ts';
import { builtPrograms, couplet, coupletVersion } from './servers/couplet.ts';
import { coupletPostgresql } from './servers/couplet-postgresql.ts';
import { ejabberd } from './servers/ejabberd.ts';
import { prosody, prosodyTuned } from './servers/prosody.ts';

const FULL: Scale = { users: 200, connections: 2000, warmUp: 2000, window: 4000, rest: 15_000 };
const QUICK: Scale = { users: 20, connections: 60, warmUp: 300, window: 500, rest: 300 };

const HELP = `usage: npm run bench -- [options]

Runs the same load on Couplet (as built: npm run build) and on Prosody and ejabberd where they are installed, each with a
folder and ports of its own on 127.0.0.1, and says what it costs them. Takes about half an hour. Linux only, needs openssl;
as root, what is measured gets precedence over everything else that runs.

  --scenario NAME,…    only these (default all):
${SCENARIOS.map(({ name, summary }) => `                         ${name.padEnd(13)} ${summary}`).join('\n')}
  --servers NAME,…     only these (default ${OWN},${prosody.name},${prosodyTuned.name},${ejabberd.name};
                       couplet-postgresql runs it on a PostgreSQL of its own, whose cost counts)
  --repeat N           repetitions, in turns (default 3)
  --users N            sessions that exchange stanzas, an even number (default ${FULL.users})
  --connections N      sessions that log in and stay, an even number (default ${FULL.connections})
  --window SECONDS     how long a load is measured (default ${FULL.window / 1000})
  --quick              little of everything, once: says that it works, not what anything costs
  --home FOLDER        the package to measure (default this one)
  --cpu-prof FOLDER    write CPU profiles of Couplet there, which makes it slower
  --json FILE          write the results there, after each run
  --from FILE          read results from there instead of measuring; may be given several times
  --docs               write docs/benchmarks.md, with its picture and its data
  --help               show this text
`;

const OPTIONS = {
  scenario: { type: 'string' },
  servers: { type: 'string' },
  repeat: { type: 'string' },
  users: { type: 'string' },
  connections: { type: 'string' },
  window: { type: 'string' },
  quick: { type: 'boolean', default: false },
  home: { type: 'string', default: fileURLToPath(new URL('..', import.meta.url)) },
  'cpu-prof': { type: 'string' },
  json: { type: 'string' },
  from: { type: 'string', multiple: true },
  docs: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

type Values = ReturnType<typeof readOptions>;

/** @throws Error an unknown option */
function readOptions() {
  return parseArgs({ options: OPTIONS }).values;
}

async function measured(values: Values): Promise<Results> {
  const base = values.quick ? QUICK : FULL;
  const scale: Scale = {
    ...base,
    users: even('users', values.users, base.users),
    connections: even('connections', values.connections, base.connections),
    window: 1000 * whole('window', values.window, base.window / 1000),
  };
  const programs = builtPrograms(values.home);
  const usual = [couplet(programs, values['cpu-prof']), prosody, prosodyTuned, ejabberd];
  const kinds = [...usual, coupletPostgresql(programs)];
  const wanted = values.servers === undefined ? usual : chosen('servers', values.servers, kinds);
  const servers = wanted.filter((kind) => kind.version() !== undefined);
  const missing = wanted.filter((kind) => !servers.includes(kind)).map(({ label }) => label);
  for (const label of missing) process.stderr.write(`${label} is not installed: left out\n`);
  const own = await coupletVersion(values.home);
  const results: Results = {
    machine: thisMachine(),
    date: new Date().toISOString().slice(0, 10),
    servers: servers.map((kind) => ({
      name: kind.name,
      label: kind.label,
      version: kind.name.startsWith(OWN) ? `${own}, on ${kind.version() ?? ''}` : (kind.version() ?? ''),
    })),
    missing,
    scale: { ...scale },
    runs: [],
  };
  await compare({
    servers,
    scenarios: chosen('scenario', values.scenario, SCENARIOS),
    repetitions: whole('repeat', values.repeat, values.quick ? 1 : 3),
    scale,
    report: (run) => {
      results.runs.push(run);
      const figures = Object.entries(run.figures).map(([name, value]) => `${name} ${Number(value?.toPrecision(4))}`);
      process.stdout.write(`${run.repetition + 1} ${run.scenario} ${run.server}: ${run.error ?? figures.join(', ')}\n`);
      if (values.json !== undefined) writeFileSync(values.json, json(results));
    },
  });
  return results;
}

/** Those of `items` that the option names. */
function chosen<T extends { readonly name: string }>(
  option: string,
  names: string | undefined,
  items: readonly T[],
): T[] {
  if (names === undefined) return [...items];
  return names.split(',').map((name) => {
    const found = items.find((item) => item.name === name);
    if (found === undefined) {
      throw new Error(`--${option}: there is no ${name}; there are ${items.map((item) => item.name).join(', ')}`);
    }
    return found;
  });
}

function whole(option: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`--${option}: ${text} is no whole number above 0`);
  return Number(text);
}

function even(option: string, text: string | undefined, otherwise: number): number {
  const value = whole(option, text, otherwise);
  if (value % 2 !== 0) throw new Error(`--${option}: ${value} is not even`);
  return value;
}

/** Several files of results as one. @throws Error they are not of one kind */
function merged(files: readonly string[]): Results {
  const [first, ...others] = files.map((file) => parseResults(readFileSync(file, 'utf8')));
  if (first === undefined) throw new Error('--from: no file');
  const kind = ({ machine, scale }: Results): string => JSON.stringify([machine, scale]);
  if (others.some((other) => kind(other) !== kind(first))) throw new Error('--from: not the same machine and options');
  return { ...first, runs: [first, ...others].flatMap(({ runs }) => runs) };
}

function json(results: Results): string {
  return `${JSON.stringify(results, (_, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(5)) : value), 2)}\n`;
}

function writeDocs(results: Results): void {
  const file = (name: string): URL => new URL(`../docs/${name}`, import.meta.url);
  writeFileSync(file('benchmarks.json'), json(results));
  writeFileSync(
    file('benchmarks.svg'),
    svg(tableOf(results, ROWS), 'Cost of Couplet, as a share of the cheapest other server’s'),
  );
  const notes = readFileSync(new URL('./notes.md', import.meta.url), 'utf8');
  const words = { picture: 'benchmarks.svg', data: 'benchmarks.json', notes, scenarios: SCENARIOS };
  writeFileSync(file('benchmarks.md'), markdown(results, words));
}

async function main(): Promise<void> {
  const values = readOptions();
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130)); // ends the servers too
  const results = values.from === undefined ? await measured(values) : merged(values.from);
  if (values.json !== undefined) writeFileSync(values.json, json(results));
  if (values.docs) writeDocs(results);
  const rows = tableOf(results, ROWS);
  process.stdout.write(`\n${ratioTable(rows)}\n\n${figureTable(results, rows)}\n`);
  if (results.runs.some(({ error }) => error !== undefined)) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
