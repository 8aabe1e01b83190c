/** XML namespaces of RFC 6120 and of XML itself; a feature's own namespaces stand in its `protocol.ts`. */

export const NS_XML = 'http://www.w3.org/XML/1998/namespace';
export const NS_XMLNS = 'http://www.w3.org/2000/xmlns/';
/** RFC 6120 §4.8.1: the namespace of `<stream:stream>`, `<stream:features>` and `<stream:error>`. */
export const NS_STREAM = 'http://etherx.jabber.org/streams';
/** RFC 6120 §4.8.2: content namespace of client streams. */
export const NS_CLIENT = 'jabber:client';
/** RFC 6120 §4.8.2: content namespace of server-to-server streams. */
export const NS_SERVER = 'jabber:server';
export const NS_STANZA_ERRORS = 'urn:ietf:params:xml:ns:xmpp-stanzas';
export const NS_STREAM_ERRORS = 'urn:ietf:params:xml:ns:xmpp-streams';
