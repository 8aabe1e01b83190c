/**
 * The session establishment of RFC 3921 §3, which nobody needs any more. Offered because old clients look for it, and said
 * to be optional so that others leave it out; the request itself is an iq of a bound stream.
 */
import { el } from '../../xml/element.ts';
import type { StreamFeature } from '../interface.ts';

const NS_SESSION = 'urn:ietf:params:xml:ns:xmpp-session';

/** Offers the legacy session to authenticated clients. */
export const sessionFeature: StreamFeature = {
  offer: ({ state, user }) =>
    state === 'negotiating' && user !== undefined ? el('session', NS_SESSION, el('optional', NS_SESSION)) : undefined,
  takes: () => false,
  handle: () => undefined,
};
