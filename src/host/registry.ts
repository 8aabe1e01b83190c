/** The book of what one module registered on one host, so that all of it can be taken back. */

/** Does something and returns how to undo it. */
export type Activation = () => (() => void) | void;

/**
 * Registrations are collected while `setup` runs and take effect together in `activate`, so that a reload swaps old
 * and new in one step and a failing `setup` changes nothing.
 */
export class Registry {
  readonly #activations: Activation[] = [];
  readonly #undo: (() => void)[] = [];
  /** What is there from the start and goes last, or by itself: open ports, caches, one-shot timers. */
  readonly #owned = new Set<() => void>();
  #active = false;

  /** What is to be taken back. */
  get size(): number {
    return this.#undo.length + this.#owned.size;
  }

  /** Take this back at unload, or if `setup` fails, unless it is forgotten before. */
  own(undo: () => void): void {
    this.#owned.add(undo);
  }

  forget(undo: () => void): void {
    this.#owned.delete(undo);
  }

  /** Note a registration; once active it takes effect at once. */
  add(activation: Activation): void {
    this.#activations.push(activation);
    if (this.#active) this.#run(activation);
  }

  /**
   * Let everything take effect. If one registration fails, those before it are undone.
   * @throws what the registration threw
   */
  activate(): void {
    try {
      for (const activation of this.#activations) this.#run(activation);
      this.#active = true;
    } catch (error) {
      this.deactivate();
      throw error;
    }
  }

  /** Let the registrations have no effect, so that those of a successor can; `activate` brings them back. */
  suspend(): void {
    this.#active = false;
    runAll(this.#undo.splice(0).reverse());
  }

  /** Take everything back, last first. What an undo throws is collected and thrown at the end. */
  deactivate(): void {
    this.#active = false;
    const undo = [...this.#undo.splice(0).reverse(), ...this.#owned];
    this.#owned.clear();
    runAll(undo);
  }

  #run(activation: Activation): void {
    const undo = activation();
    if (undo !== undefined) this.#undo.push(undo);
  }
}

function runAll(undo: readonly (() => void)[]): void {
  const errors: unknown[] = [];
  for (const step of undo) {
    try {
      step();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, 'unloading a module failed in part');
}
