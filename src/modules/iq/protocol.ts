/** Which resource gets a request or an answer (RFC 6121 §8.5). */
import type { Entry } from '../../cluster/backend.ts';
import type { Verdict } from '../../host/delivery.ts';

/**
 * The verdict for an iq that the server does not answer itself: only the resource addressed may have it; an answer
 * that nobody waits for is dropped, since it must not be answered (RFC 6120 §8.2.3).
 */
export function iqTargets(type: string | undefined, resource: string | undefined, entries: readonly Entry[]): Verdict {
  if (resource !== undefined) {
    for (const entry of entries) if (entry.resource === resource) return [entry];
  }
  return type === 'get' || type === 'set' ? 'unavailable' : 'drop';
}
