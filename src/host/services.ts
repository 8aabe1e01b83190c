// Uses `as` once: a heterogeneous map whose values are as typed as the keys they were put in under.
/** Services: what one module offers to others, found by a typed key. */

/** A service's name and type. Made once, in the provider's `service.ts`. */
export interface ServiceKey<T> {
  readonly name: string;
  /** Only carries the type. */
  readonly type?: T;
}

/** Declare a service. Keys compare by name. */
export function service<T>(name: string): ServiceKey<T> {
  return { name };
}

/** Services of one host, or of the whole server, by the name of their key. */
export class Services {
  readonly #provided = new Map<string, unknown>();
  readonly #wider: Services | undefined;

  /** @param wider where to look for what this host does not provide itself */
  constructor(wider?: Services) {
    this.#wider = wider;
  }

  /**
   * Offer a service; the returned function withdraws it.
   * @throws Error if another module offers it already
   */
  provide<T>(key: ServiceKey<T>, implementation: T): () => void {
    if (this.#provided.has(key.name)) throw new Error(`service "${key.name}" is provided already`);
    this.#provided.set(key.name, implementation);
    return () => {
      if (this.#provided.get(key.name) === implementation) this.#provided.delete(key.name);
    };
  }

  /** Is there one? */
  has(key: ServiceKey<unknown>): boolean {
    return this.#provided.has(key.name) || this.#wider?.has(key) === true;
  }

  /** The service, or `undefined`. */
  find<T>(key: ServiceKey<T>): T | undefined {
    // The only writer is `provide`, which takes key and implementation of one type.
    const own = this.#provided.get(key.name) as T | undefined;
    return own ?? this.#wider?.find(key);
  }
}
