/** Memory of a process, read from Linux's /proc. */
import { readFileSync } from 'node:fs';

const MB_PER_KB = 1 / 1024;

/** Resident memory in MB; not a number where there is no such process. */
export function residentMegabytes(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) * MB_PER_KB;
}

/** The most that a process has, looked at ten times a second. */
export class PeakMemory {
  readonly before: number;
  #most: number;
  readonly #timer: NodeJS.Timeout;

  constructor(pid: number | undefined) {
    this.before = residentMegabytes(pid);
    this.#most = this.before;
    this.#timer = setInterval(() => (this.#most = Math.max(this.#most, residentMegabytes(pid))), 100);
  }

  /** @returns MB at the most */
  end(): number {
    clearInterval(this.#timer);
    return this.#most;
  }
}
