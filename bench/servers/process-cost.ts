/** What processes cost, read from Linux's /proc: those given, and all that come from them. */
import { readFileSync, readdirSync } from 'node:fs';

/** CPU time of a server that has one or more processes. */
export class CpuClock {
  readonly #roots: readonly number[];
  /** Nanoseconds by process and thread. Threads that have ended keep theirs. */
  readonly #threads = new Map<string, number>();

  constructor(roots: readonly number[]) {
    this.#roots = roots;
  }

  /** Milliseconds, user and system, of all threads so far. */
  read(): number {
    for (const pid of processTree(this.#roots)) {
      for (const thread of entries(`/proc/${pid}/task`)) {
        const spent = read(`/proc/${pid}/task/${thread}/schedstat`).split(' ')[0];
        if (spent !== undefined && spent !== '') this.#threads.set(`${pid} ${thread}`, Number(spent));
      }
    }
    let sum = 0;
    for (const spent of this.#threads.values()) sum += spent;
    return sum / 1e6;
  }
}

/** Memory in kB. */
export interface Memory {
  /** What is shared with other processes counts in part: for growth. */
  readonly proportional: number;
  /** What is shared counts in full, as if nobody else ran the same program. */
  readonly resident: number;
}

/** The memory of these processes and all that come from them. */
export function memoryOf(roots: readonly number[]): Memory {
  let [proportional, resident] = [0, 0];
  for (const pid of processTree(roots)) {
    const text = read(`/proc/${pid}/smaps_rollup`);
    proportional += Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0);
    resident += Number(/^Rss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0);
  }
  return { proportional, resident };
}

/** These processes, their children, and so on. */
function processTree(roots: readonly number[]): Set<number> {
  const parents = new Map<number, number>();
  for (const name of entries('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    // The name of the program stands in parentheses and may hold anything; the parent is the second field behind it.
    const parent = /\) \S (\d+)[^)]*$/.exec(read(`/proc/${name}/stat`))?.[1];
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const found = new Set(roots);
  for (let before = 0; before < found.size;) {
    before = found.size;
    for (const [pid, parent] of parents) if (found.has(parent)) found.add(pid);
  }
  return found;
}

/** The text of a file; empty where the process or thread has ended. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function entries(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
