/** TLS on the server's side of a socket, by Node's own engine. */
import type { Socket } from 'node:net';
import { TLSSocket, type SecureContext, type TLSSocketOptions } from 'node:tls';
import type { SecureChannel } from '../../stream/interface.ts';

/** A host's certificate, ready for use. */
export interface TlsCredentials {
  readonly context: SecureContext;
  /** Channel binding data `tls-server-end-point` (RFC 5929 §4): a hash of the certificate. */
  readonly endPoint: Buffer;
}

/** How TLS starts on a connection. */
export interface TlsStart {
  /** For clients that name no host in the handshake, and for all where `byName` is not set. */
  readonly credentials: TlsCredentials;
  /** Direct TLS: the certificate by the name that the client asks for (RFC 6066 §3), and XEP-0368 §3's ALPN. */
  readonly byName?: (name: string) => TlsCredentials | undefined;
}

/** Protocol of client streams in the handshake of direct TLS (XEP-0368 v1.1.0 §3). */
const ALPN_CLIENT = 'xmpp-client';

/** Label and length of RFC 9266 §4.2. */
const EXPORTER_LABEL = 'EXPORTER-Channel-Binding';
const EXPORTER_BYTES = 32;
const END_POINT = 'tls-server-end-point';

/**
 * Put TLS on a socket.
 * @param first bytes that were read from it already
 */
export function secureSocket(socket: Socket, first: Buffer, start: TlsStart): TLSSocket {
  const { credentials, byName } = start;
  // With the first bytes given to it, and not read by it, the engine does without its largest buffer (64 KiB).
  socket.pause();
  socket.unshift(first);
  const options: TLSSocketOptions & { readonly highWaterMark: number } = {
    isServer: true,
    secureContext: credentials.context,
    highWaterMark: 1, // as the socket below
  };
  if (byName !== undefined) {
    options.ALPNProtocols = [ALPN_CLIENT];
    options.SNICallback = (name, done) => done(null, (byName(name) ?? credentials).context);
  }
  const secure = new TLSSocket(socket, options);
  secure.disableRenegotiation();
  secure.on('_tlsError', destroy); // an alert or garbage later on; nothing else would end the connection
  return secure;
}

function destroy(this: TLSSocket): void {
  this.destroy();
}

/** The encryption of a socket whose handshake is done. */
export class TlsChannel implements SecureChannel {
  readonly protocol: string;
  readonly #socket: TLSSocket;
  readonly #start: TlsStart;

  constructor(socket: TLSSocket, start: TlsStart) {
    this.#socket = socket;
    this.#start = start;
    this.protocol = socket.getProtocol() ?? '';
  }

  get cipher(): string {
    return this.#socket.getCipher().name;
  }

  get types(): readonly string[] {
    if (this.protocol === 'TLSv1.3') return ['tls-exporter', END_POINT];
    // A resumed session of TLS 1.2 may have the same `tls-unique` as one of somebody between (RFC 7627 §1); for the same
    // reason `tls-exporter` is not for TLS 1.2 (RFC 9266 §3).
    return this.#socket.isSessionReused() ? [END_POINT] : ['tls-unique', END_POINT];
  }

  data(type: string): Buffer | undefined {
    if (!this.types.includes(type)) return undefined;
    if (type === 'tls-exporter') {
      return this.#socket.exportKeyingMaterial(EXPORTER_BYTES, EXPORTER_LABEL, Buffer.alloc(0));
    }
    if (type === 'tls-unique') return this.#socket.getPeerFinished(); // the client's comes first (RFC 5929 §3.1)
    const { servername } = this.#socket;
    const named = typeof servername === 'string' ? this.#start.byName?.(servername) : undefined;
    return (named ?? this.#start.credentials).endPoint;
  }
}
