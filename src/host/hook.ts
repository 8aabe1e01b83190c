/** The ordered handlers of one event. */
import { PHASES, type Phase } from './phases.ts';

/** What a module registers: work to be awaited only where it returns a promise. */
export type Handler<E> = (event: E) => void | Promise<void>;

/** Where a handler stands among those of its phase: names of modules. */
export interface Placement {
  readonly after?: readonly string[];
  readonly before?: readonly string[];
}

interface Registered<E> extends Placement {
  readonly phase: Phase;
  readonly module: string;
  readonly handler: Handler<E>;
}

/** Told of an error that stops nothing: one thrown in `copy` or `observe`. */
export type ErrorReport = (error: unknown, module: string) => void;

/**
 * The handlers of one event, in order. `emit` calls them one after the other; it costs no promise where none of them
 * returns one.
 */
export class Hook<E> {
  #all: readonly Registered<E>[] = [];
  /** In running order; replaced as a whole, so that an emit in progress keeps its list. */
  #ordered: readonly Registered<E>[] = [];
  readonly #report: ErrorReport;
  readonly #stopped: ((event: E) => boolean) | undefined;

  /** @param stopped says of an event whether a handler has ended it: later ones are not called */
  constructor(report: ErrorReport, stopped?: (event: E) => boolean) {
    this.#report = report;
    this.#stopped = stopped;
  }

  /** Number of handlers. */
  get size(): number {
    return this.#all.length;
  }

  /** Add a handler; the returned function removes it. */
  add(module: string, phase: Phase, handler: Handler<E>, placement: Placement = {}): () => void {
    const entry: Registered<E> = { ...placement, phase, module, handler };
    this.#all = [...this.#all, entry];
    this.#ordered = inOrder(this.#all);
    return () => {
      this.#all = this.#all.filter((other) => other !== entry);
      this.#ordered = inOrder(this.#all);
    };
  }

  /** Run the handlers. Throws what `access`, `transform` or `store` throw; a promise only if a handler needed one. */
  emit(event: E): void | Promise<void> {
    return this.#run(event, this.#ordered, 0);
  }

  #run(event: E, handlers: readonly Registered<E>[], from: number): void | Promise<void> {
    for (let i = from; i < handlers.length; i++) {
      const entry = handlers[i];
      if (entry === undefined || (i > 0 && this.#stopped?.(event) === true)) return;
      const harmless = entry.phase === 'copy' || entry.phase === 'observe';
      let pending: void | Promise<void>;
      try {
        pending = entry.handler(event);
      } catch (error) {
        if (!harmless) throw error;
        this.#report(error, entry.module);
        continue;
      }
      if (pending !== undefined) return this.#later(event, handlers, i, pending, harmless, entry.module);
    }
  }

  async #later(
    event: E,
    handlers: readonly Registered<E>[],
    at: number,
    pending: Promise<void>,
    harmless: boolean,
    module: string,
  ): Promise<void> {
    try {
      await pending;
    } catch (error) {
      if (!harmless) throw error;
      this.#report(error, module);
    }
    return this.#run(event, handlers, at + 1);
  }
}

/** Phases in order; inside a phase by registration, moved only as far as `after` and `before` ask. */
function inOrder<E>(all: readonly Registered<E>[]): readonly Registered<E>[] {
  const ordered: Registered<E>[] = [];
  for (const phase of PHASES) {
    const waiting = all.filter((entry) => entry.phase === phase);
    while (waiting.length > 0) {
      const free = waiting.findIndex((entry) => !waiting.some((other) => other !== entry && precedes(other, entry)));
      ordered.push(...waiting.splice(Math.max(free, 0), 1)); // a cycle is broken by registration order
    }
  }
  return ordered;
}

function precedes<E>(first: Registered<E>, second: Registered<E>): boolean {
  return second.after?.includes(first.module) === true || first.before?.includes(second.module) === true;
}
