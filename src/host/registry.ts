/** The book of what one module registered on one host, so that all of it can be taken back. */

/** Does something and returns how to undo it. */
export type Activation = () => (() => void) | void;

/**
 * Registrations are collected while `setup` runs and take effect together in `activate`, so that a reload swaps old
 * and new in one step and a failing `setup` changes nothing.
 */
export class Registry {
  readonly #activations: Activation[] = [];
  #undo: (() => void)[] = [];
  /** What goes away by itself before the module does: one-shot timers. */
  readonly #passing = new Set<() => void>();
  #active = false;

  /** What is to be taken back. */
  get size(): number {
    return this.#undo.length + this.#passing.size;
  }

  /** Take this back at unload unless it is forgotten before. */
  own(undo: () => void): void {
    this.#passing.add(undo);
  }

  forget(undo: () => void): void {
    this.#passing.delete(undo);
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

  /** Take everything back, last first. What an undo throws is collected and thrown at the end. */
  deactivate(): void {
    this.#active = false;
    const undo = [...this.#passing, ...this.#undo.reverse()];
    this.#undo = [];
    this.#passing.clear();
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

  #run(activation: Activation): void {
    const undo = activation();
    if (undo !== undefined) this.#undo.push(undo);
  }
}
