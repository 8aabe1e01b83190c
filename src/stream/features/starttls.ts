/** STARTTLS (RFC 6120 §5). */
import { el, type Element } from '../../xml/element.ts';
import type { Stanza } from '../../xml/stanza.ts';
import type { ClientStream, StreamFeature } from '../interface.ts';

const NS_TLS = 'urn:ietf:params:xml:ns:xmpp-tls';

/**
 * Offers STARTTLS while a stream is neither encrypted nor authenticated (§5.3.4: it is no use afterwards).
 * @param required say that there is no other way (§5.3.1)
 */
export function starttlsFeature(required: boolean): StreamFeature {
  const offer = el('starttls', NS_TLS, required ? [el('required', NS_TLS)] : undefined);
  const proceed = el('proceed', NS_TLS);
  const isOpen = ({ secure, user }: ClientStream): boolean => !secure && user === undefined;
  return {
    offer: (stream): Element | undefined => (isOpen(stream) ? offer : undefined),
    takes: (stream, { name, ns }: Stanza) => ns === NS_TLS && name === 'starttls' && isOpen(stream),
    handle: (stream) => stream.startTls(proceed),
  };
}
