/** What there is to know about the machine, the container and this process. */
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, freemem, loadavg, totalmem } from 'node:os';
import { diskOf, type Disk } from './disk.ts';

/** Facts; what cannot be told is left out. */
export interface Machine {
  readonly cpus: number;
  /** Processes that wanted to run, over the last minute. */
  readonly load: number;
  /** Bytes. */
  readonly memory: { readonly total: number; readonly free: number };
  /** Bytes that the container may take. */
  readonly memoryLimit?: number;
  /** Bytes of swap that are in use. */
  readonly swapUsed?: number;
  /** File descriptors that the server may have, or where none runs, a process that is started here. */
  readonly descriptors?: number;
  /** Of the folder of data. */
  readonly disk?: Disk;
  /** Is the clock kept right? */
  readonly clockSynchronised?: boolean;
}

/** Look. @param dataPath folder of data @param pid the server, where it runs */
export function machineFacts(dataPath: string, pid?: number): Machine {
  const constrained = process.constrainedMemory();
  const limited = constrained > 0 && constrained < totalmem();
  const swapUsed = swap(read('/proc/meminfo'));
  const descriptors = openFiles(read(`/proc/${pid ?? 'self'}/limits`));
  const disk = diskOf(dataPath);
  const clock = synchronised();
  return {
    cpus: availableParallelism(),
    load: loadavg()[0] ?? 0,
    memory: { total: totalmem(), free: process.availableMemory() || freemem() },
    ...(limited && { memoryLimit: constrained }),
    ...(swapUsed !== undefined && { swapUsed }),
    ...(descriptors !== undefined && { descriptors }),
    ...(disk !== undefined && { disk }),
    ...(clock !== undefined && { clockSynchronised: clock }),
  };
}

/** Bytes of swap in use, from /proc/meminfo. */
export function swap(text: string | undefined): number | undefined {
  const kilobytes = (name: string): number => Number(new RegExp(`^${name}:\\s*(\\d+) kB`, 'm').exec(text ?? '')?.[1]);
  const used = (kilobytes('SwapTotal') - kilobytes('SwapFree')) * 1024;
  return Number.isNaN(used) ? undefined : used;
}

/** The soft limit of open files, from /proc/PID/limits. */
export function openFiles(text: string | undefined): number | undefined {
  const soft = /^Max open files\s+(\d+|unlimited)/m.exec(text ?? '')?.[1];
  return soft === undefined ? undefined : soft === 'unlimited' ? Infinity : Number(soft);
}

/** systemd says so where it looks after the clock; elsewhere nobody knows. */
function synchronised(folder = '/run/systemd/timesync'): boolean | undefined {
  return existsSync(folder) ? existsSync(`${folder}/synchronized`) : undefined;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
