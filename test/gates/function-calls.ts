/** Counts calls of functions by the file they are in, exactly: by the coverage counters of V8. */
import { Session, type Profiler } from 'node:inspector';

/** Calls of functions since `start`. Everything runs slower meanwhile. */
export class FunctionCalls {
  readonly #session = new Session();

  start(): void {
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
    this.#take(); // what was called before
  }

  /** Calls of functions in files whose URL contains `part`, since `start` or the last call of this. */
  count(part: string): number {
    let calls = 0;
    for (const { url, functions } of this.#take()) {
      if (!url.includes(part)) continue;
      for (const { ranges } of functions) calls += ranges[0]?.count ?? 0;
    }
    return calls;
  }

  stop(): void {
    this.#session.disconnect();
  }

  #take(): readonly Profiler.ScriptCoverage[] {
    let taken: readonly Profiler.ScriptCoverage[] = [];
    this.#session.post('Profiler.takePreciseCoverage', (error, { result }) => {
      if (error !== null) throw error;
      taken = result;
    });
    return taken;
  }
}
