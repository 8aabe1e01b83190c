/** Runs scenarios on servers, in turns. Each run has a server and a load process of its own. */
import { spawnSync } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Load } from './load/load.ts';
import type { Run } from './report/results.ts';
import type { Figures, Scale, Scenario } from './scenarios/scenario.ts';
import { CpuClock, memoryOf } from './servers/process-cost.ts';
import { prefer } from './servers/server-process.ts';
import type { ServerKind, Setup } from './servers/server.ts';

/** What is to be compared. */
export interface Comparison {
  readonly servers: readonly ServerKind[];
  readonly scenarios: readonly Scenario[];
  readonly repetitions: number;
  readonly scale: Scale;
  /** Told of each run when it is over. */
  readonly report: (run: Run) => void;
}

/** Milliseconds a run may take. */
const PATIENCE = 400_000;

/**
 * Compare.
 * @throws Error a server could not be seeded
 */
export async function compare({ servers, scenarios, repetitions, scale, report }: Comparison): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  await chmod(folder, 0o711); // a database may have to run as somebody else
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    const certificate = makeCertificate(folder);
    const setup = (part: string, { name }: ServerKind): Setup => ({
      ...certificate,
      folder: join(folder, part, name),
      accounts: scale.connections + scale.users + 1,
    });
    for (const server of servers) {
      const seeds = setup('seeds', server);
      await mkdir(seeds.folder, { recursive: true });
      await server.seed(seeds);
    }
    for (let repetition = 0; repetition < repetitions; repetition++) {
      for (const scenario of scenarios) {
        for (const server of rotated(servers, repetition)) {
          const own = setup('runs', server);
          await cp(setup('seeds', server).folder, own.folder, { recursive: true });
          report({
            scenario: scenario.name,
            server: server.name,
            repetition,
            ...(await tryOne(server, scenario, own, scale)),
          });
          await rm(own.folder, { recursive: true });
        }
      }
    }
  } finally {
    process.off('exit', remove);
    remove();
  }
}

/** The figures, or why there are none. */
async function tryOne(
  server: ServerKind,
  scenario: Scenario,
  setup: Setup,
  scale: Scale,
): Promise<{ figures: Figures; error?: string }> {
  try {
    return { figures: await runOne(server, scenario, setup, scale) };
  } catch (error) {
    return { figures: {}, error: error instanceof Error ? error.message : String(error) };
  }
}

async function runOne(server: ServerKind, scenario: Scenario, setup: Setup, scale: Scale): Promise<Figures> {
  const running = await server.start(setup);
  const load = Load.start(prefer);
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`not over after ${PATIENCE / 1000} s`)), PATIENCE);
  try {
    const { port, pids } = running;
    const place = { port, clock: new CpuClock(pids), memory: () => memoryOf(pids), load, scale };
    return await Promise.race([scenario.run(place), late.promise]);
  } finally {
    clearTimeout(timer);
    await load.stop();
    await running.stop();
  }
}

/** Each is first in its turn: a server that comes after another may find the machine warmer. */
function rotated<T>(items: readonly T[], by: number): T[] {
  const at = by % Math.max(1, items.length);
  return [...items.slice(at), ...items.slice(0, at)];
}

/** A key on P-256 and a certificate for it, which all servers use. */
function makeCertificate(folder: string): { certificate: string; key: string } {
  const [certificate, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const args = ['req', '-x509', ...curve, ...names, '-days', '30', '-keyout', key, '-out', certificate];
  const { status, stderr } = spawnSync('openssl', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`openssl: ${stderr}`);
  return { certificate, key };
}
