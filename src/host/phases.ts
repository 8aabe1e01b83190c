/**
 * The phases of an event. Within a phase the order is that of loading, unless a handler names modules it must run
 * `after` or `before`.
 *
 * `access` may refuse (throw a `StanzaError`) or drop; `transform` may replace what the event carries; `store` writes;
 * `copy` makes further stanzas; `observe` only looks. What `copy` and `observe` throw is logged and stops nothing.
 */
export type Phase = 'access' | 'transform' | 'store' | 'copy' | 'observe';

/** All phases in the order in which they run. */
export const PHASES: readonly Phase[] = ['access', 'transform', 'store', 'copy', 'observe'];
