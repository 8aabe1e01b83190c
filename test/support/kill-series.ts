/** Starts a process that writes, kills it with SIGKILL, looks at what is stored; again and again on the same data. */
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openStorage } from '../../src/app/storage.ts';
import type { StorageConfig } from '../../src/app/storage.ts';
import { writtenUnits } from './written.ts';

/** What a series showed. */
export interface KillReport {
  /** Units whose commit was told, and that are stored. */
  readonly acknowledged: number;
  /** Told and not stored. */
  readonly lost: readonly number[];
  readonly problems: readonly string[];
}

const writer = fileURLToPath(new URL('storage-writer.ts', import.meta.url));

/** Units of which a writer has told before it may be killed. */
const AT_LEAST = 50;

/**
 * Kills a writer `times` times, each after `AT_LEAST` units and then a random part of `longest` milliseconds, so that
 * some are acknowledged however slow the machine is.
 */
export async function killSeries(config: StorageConfig, times: number, longest: number): Promise<KillReport> {
  let next = 1;
  let acknowledged = 0;
  const lost: number[] = [];
  const problems: string[] = [];
  for (let run = 0; run < times; run++) {
    const told = await writeAndKill(config, next, Math.random() * longest);
    if (told.length < AT_LEAST) problems.push(`run ${run}: only ${told.length} units were committed`);
    const storage = await openStorage(config, {
      failed: (error) => problems.push(error.message),
      noticed: () => undefined,
    });
    const { units, problems: found } = await writtenUnits(storage);
    await storage.close();
    const stored = new Set(units);
    acknowledged += told.length;
    lost.push(...told.filter((n) => !stored.has(n)));
    problems.push(...found);
    next = (units.at(-1) ?? 0) + 1;
  }
  return { acknowledged, lost, problems };
}

async function writeAndKill(config: StorageConfig, first: number, delay: number): Promise<number[]> {
  const child = spawn(process.execPath, [writer, JSON.stringify(config), String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  let lines = 0;
  const begun = Promise.withResolvers<void>();
  child.stdout.setEncoding('latin1').on('data', (chunk: string) => {
    output += chunk;
    lines += chunk.split('\n').length - 1;
    if (lines >= AT_LEAST) begun.resolve();
  });
  const closed = new Promise((resolve) => child.on('close', resolve));
  await Promise.race([begun.promise, closed]);
  await sleep(delay);
  child.kill('SIGKILL');
  await closed;
  // What stands behind the last line feed was not told in full.
  return output.split('\n').slice(0, -1).map(Number);
}
