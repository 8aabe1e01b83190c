/** Timers that die with the module that set them. */
import type { ClusterBackend } from '../cluster/backend.ts';
import type { Log } from '../logging/log.ts';

type Work = () => void | Promise<void>;

const DAY = 24 * 60 * 60 * 1000;
/** Daily work starts within this time after the start of the server, so that a restart does not skip it. */
const DAILY_SPREAD = 60 * 60 * 1000;

/** Work that is done again and again. */
export interface ScheduledTask {
  readonly name: string;
  /** Milliseconds. */
  readonly period: number;
  /** Milliseconds since 1970; missing before the first run. */
  last: number | undefined;
  next: number;
}

/** Runs work later, or again and again. What the work throws is logged, unless it was cancelled before. */
export class Scheduler {
  readonly #log: Log;
  readonly #cluster: ClusterBackend;
  #timers = 0;
  readonly #tasks = new Set<ScheduledTask>();

  constructor(log: Log, cluster: ClusterBackend) {
    this.#log = log;
    this.#cluster = cluster;
  }

  /** Timers that are set. */
  get size(): number {
    return this.#timers;
  }

  /** What is done again and again. */
  get tasks(): Iterable<Readonly<ScheduledTask>> {
    return this.#tasks;
  }

  /** Once, after `delay` milliseconds. Returns how to cancel it. */
  after(delay: number, name: string, work: Work): () => void {
    this.#timers++;
    let set = true;
    let wanted = true;
    const timer = setTimeout(() => {
      clear();
      void this.#run(name, work, () => wanted);
    }, delay);
    timer.unref();
    const clear = (): void => {
      if (!set) return;
      set = false;
      this.#timers--;
      clearTimeout(timer);
    };
    return () => {
      wanted = false;
      clear();
    };
  }

  /** Every `period` milliseconds, never overlapping itself. `first`: delay of the first run. */
  every(period: number, name: string, work: Work, first: number = period): () => void {
    let cancel: () => void = () => undefined;
    let stopped = false;
    const task: ScheduledTask = { name, period, last: undefined, next: 0 };
    this.#tasks.add(task);
    const arm = (delay: number): void => {
      task.next = Date.now() + delay;
      cancel = this.after(delay, name, async () => {
        task.last = Date.now();
        await this.#run(name, work, () => !stopped);
        if (!stopped) arm(period);
      });
    };
    arm(first);
    return () => {
      stopped = true;
      this.#tasks.delete(task);
      cancel();
    };
  }

  /** Once a day, on the node that owns the claim of that name. */
  daily(name: string, work: Work): () => void {
    const owned = async (): Promise<void> => {
      const { mine } = await this.#cluster.claim(`daily:${name}`, DAY / 2);
      if (mine) await work();
    };
    return this.every(DAY, name, owned, Math.random() * DAILY_SPREAD);
  }

  /** @param wanted false once it was cancelled: what it needs is most likely gone, and that is no failure */
  async #run(name: string, work: Work, wanted: () => boolean): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (wanted()) this.#log.error({ err: error, task: name }, 'scheduled work failed');
      else this.#log.debug({ err: error, task: name }, 'scheduled work was given up');
    }
  }
}
