/**
 * What the hot path costs, in one table: `node bench/micro.bench.ts [RUNS]`.
 *
 * Each group runs in a process of its own, so that no code is slow or fast for what another group did with it, and beside
 * a reference in the same turns: times are ratios to it, as no two machines or hours are alike.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { measure, rows, type Row, type Sample } from './measure.ts';
import { dispatchCases } from './micro/dispatch-cases.ts';
import { editCases } from './micro/edit-cases.ts';
import { jidCases } from './micro/jid-cases.ts';
import { queueCases } from './micro/queue-cases.ts';
import { saxesReference } from './micro/saxes-reference.ts';
import { routerCases } from './micro/router-cases.ts';
import { SocketLoad } from './socket-load.ts';
import { measureXml } from './xml-measure.ts';

/** Messages of one run through the sockets. */
const MESSAGES = 10_000;

const ROWS = z.array(z.object({ name: z.string(), cpu: z.number(), ratio: z.number(), heap: z.number().optional() }));

const GROUPS: Readonly<Record<string, (runs: number) => Row[] | Promise<Row[]>>> = {
  xml: (runs) => {
    const measured = measureXml(runs);
    return measured.map((row) => ({ ...row, ratio: row.cpu / (measured[0]?.cpu ?? Number.NaN) }));
  },
  edits: (runs) => measure([saxesReference(), ...editCases()], runs),
  jid: (runs) => measure([saxesReference(), ...jidCases()], runs),
  dispatch: async (runs) => measure([saxesReference(), ...(await dispatchCases())], runs),
  queues: (runs) => measure([saxesReference(), ...queueCases()], runs),
  router: async (runs) => measure([saxesReference(), ...(await routerCases())], runs),
  sockets: measureSockets,
};

async function measureSockets(runs: number): Promise<Row[]> {
  const loads = [await SocketLoad.start('echo'), await SocketLoad.start('couplet')];
  const samples = loads.map((): Sample[] => []);
  for (const load of loads) await load.run(2 * MESSAGES);
  for (let turn = 0; turn < runs; turn++) {
    for (const [index, load] of loads.entries()) samples[index]?.push(await load.run(MESSAGES));
  }
  for (const load of loads) await load.stop();
  return rows(['echo server, chat message', 'Couplet, chat message'], samples);
}

/** One group, as JSON for the process that makes the table. */
async function runGroup(name: string, runs: number): Promise<void> {
  const group = GROUPS[name];
  if (group === undefined) throw new Error(`no such group: ${name}`);
  process.stdout.write(JSON.stringify(await group(runs)));
}

function printTable(runs: number): void {
  console.log(
    `Medians of ${runs} interleaved runs, Node ${process.version}; ratios are to the first row of each group`,
  );
  console.log(`${'CPU µs'.padStart(56)}${'ratio'.padStart(9)}${'heap bytes'.padStart(13)}`);
  for (const name of Object.keys(GROUPS)) {
    console.log(`\n${name}`);
    const { stdout, status } = spawnSync(
      process.execPath,
      ['--expose-gc', fileURLToPath(import.meta.url), name, String(runs)],
      {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    if (status !== 0) throw new Error(`group ${name} failed`);
    for (const row of ROWS.parse(JSON.parse(stdout))) console.log(`  ${row.name.padEnd(46)}${columns(row)}`);
  }
}

function columns({ cpu, ratio, heap }: z.infer<typeof ROWS>[number]): string {
  const bytes = heap === undefined ? '–' : heap.toFixed(0);
  return `${cpu.toFixed(cpu < 1 ? 3 : 2).padStart(8)}${ratio.toFixed(3).padStart(9)}${bytes.padStart(13)}`;
}

const [first = '7', second = '7'] = process.argv.slice(2);
if (first in GROUPS) {
  await runGroup(first, Number(second));
  process.exit(); // the servers of the groups have nothing more to do
} else printTable(Number(first));
