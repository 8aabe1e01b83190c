/** Resource binding (RFC 6120 §7). */
import { errorReply, iqResult } from '../../stanza/reply.ts';
import { StanzaError } from '../../stanza/errors.ts';
import { stanzaProblem } from '../../stanza/stanza-kind.ts';
import { el, type Element } from '../../xml/element.ts';
import { NS_CLIENT } from '../../xml/namespaces.ts';
import type { Stanza } from '../../xml/stanza.ts';
import type { ClientStream, StreamFeature } from '../interface.ts';

/** Namespace of resource binding. */
export const NS_BIND = 'urn:ietf:params:xml:ns:xmpp-bind';

/** Offers resource binding to authenticated clients, and does it. */
export const bindFeature: StreamFeature = {
  offer: (stream) => (isReady(stream) ? el('bind', NS_BIND, el('required', NS_BIND)) : undefined),

  takes: (stream, element) =>
    isReady(stream) && element.ns === NS_CLIENT && element.name === 'iq' && element.has('bind', NS_BIND),

  handle: async (stream, iq) => {
    // Whatever addresses it bears, this is between the client and its server.
    const request = iq.with({ from: undefined, to: undefined });
    try {
      await stream.bind(requestedResource(request), (jid) => result(request, jid.toString()));
    } catch (error) {
      if (!(error instanceof StanzaError)) throw error;
      const reply = errorReply(request, error);
      if (reply !== undefined) stream.send(reply.tree());
      stream.bindingFailed();
    }
  },
};

function isReady({ state, user }: ClientStream): boolean {
  return state === 'negotiating' && user !== undefined;
}

/**
 * The resource that the client asks for. None, or an empty one, leaves the choice to the server (RFC 6120 §7.6).
 * @throws StanzaError `bad-request`
 */
function requestedResource(iq: Stanza): string | undefined {
  const problem = stanzaProblem(iq);
  if (problem !== undefined) throw problem;
  if (iq.type !== 'set') throw new StanzaError('bad-request', 'A resource is bound with an iq of type set');
  const resource = iq.child('bind', NS_BIND)?.childText('resource');
  return resource === '' ? undefined : resource;
}

function result(request: Stanza, jid: string): Element {
  return iqResult(request, el('bind', NS_BIND, el('jid', NS_BIND, jid))).tree();
}
