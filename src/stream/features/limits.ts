/** Stream Limits Advertisement (XEP-0478 v0.2.0). */
import { el } from '../../xml/element.ts';
import type { StreamFeature } from '../interface.ts';

const NS_LIMITS = 'urn:xmpp:stream-limits:0';

/**
 * Tells clients how large a first-level element may be in the stream's present state (§3.1).
 * @param idleSeconds after how many seconds without traffic a client is asked for a sign of life, where it is
 */
export function limitsFeature(idleSeconds?: number): StreamFeature {
  const idle = idleSeconds === undefined ? undefined : el('idle-seconds', NS_LIMITS, String(idleSeconds));
  return {
    informs: true,
    offer: ({ limits }) => el('limits', NS_LIMITS, el('max-bytes', NS_LIMITS, String(limits.bytes)), idle),
    takes: () => false,
    handle: () => undefined,
  };
}
