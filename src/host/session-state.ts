/** A module's own value for each session. */
import type { Session } from './session.ts';

/** Typed and owned by one module; gone with the session. */
export class SessionState<T> {
  readonly #values = new WeakMap<Session, { value: T }>();
  readonly #initial: () => T;

  constructor(initial: () => T) {
    this.#initial = initial;
  }

  get(session: Session): T {
    const found = this.#values.get(session);
    return found === undefined ? this.#initial() : found.value;
  }

  set(session: Session, value: T): void {
    const found = this.#values.get(session);
    if (found === undefined) this.#values.set(session, { value });
    else found.value = value;
  }
}
