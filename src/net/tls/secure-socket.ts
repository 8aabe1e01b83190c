/** TLS on the server's side of a socket, by Node's own engine. */
import { X509Certificate } from 'node:crypto';
import { Socket } from 'node:net';
import { TLSSocket, type SecureContext, type TLSSocketOptions } from 'node:tls';
import type { SecureChannel } from '../../stream/interface.ts';
import { certificateNames } from './certificate-names.ts';

/** A host's certificate, ready for use. */
export interface TlsCredentials {
  readonly context: SecureContext;
  /** Channel binding data `tls-server-end-point` (RFC 5929 §4): a hash of the certificate. */
  readonly endPoint: Buffer;
  /** The host whose authorities vouch for clients; `undefined` where these are not asked for certificates. */
  readonly certifies: string | undefined;
}

/** How TLS starts on a connection. */
export interface TlsStart {
  /** For clients that name no host in the handshake, and for all where `byName` is not set. */
  readonly credentials: TlsCredentials;
  /** Direct TLS: the certificate by the name that the client asks for (RFC 6066 §3), and XEP-0368 §3's ALPN. */
  readonly byName?: (name: string) => TlsCredentials;
}

/** Protocol of client streams in the handshake of direct TLS (XEP-0368 v1.1.0 §3). */
const ALPN_CLIENT = 'xmpp-client';

/** Label and length of RFC 9266 §4.2. */
const EXPORTER_LABEL = 'EXPORTER-Channel-Binding';
const EXPORTER_BYTES = 32;
const END_POINT = 'tls-server-end-point';

/**
 * Put TLS on a socket. The host is chosen before the engine sees anything of the handshake: one that goes over to another
 * host's context in the middle keeps the tickets, and what it asks of clients, of the first.
 * @param first bytes that were read from it already
 * @param credentials of the host
 * @param direct the client began with TLS
 */
export function secureSocket(socket: Socket, first: Buffer, credentials: TlsCredentials, direct: boolean): TLSSocket {
  // With the first bytes given to it, and not read by it, the engine does without its largest buffer (64 KiB).
  socket.pause();
  socket.unshift(first);
  socket.read = readPiece;
  const options: TLSSocketOptions & { readonly highWaterMark: number } = {
    isServer: true,
    secureContext: credentials.context,
    highWaterMark: 1, // as the socket below
    requestCert: credentials.certifies !== undefined,
    rejectUnauthorized: false, // those who have no certificate, or another one, log in by other means
  };
  if (direct) options.ALPNProtocols = [ALPN_CLIENT];
  const secure = new TLSSocket(socket, options);
  secure.disableRenegotiation();
  secure.on('_tlsError', destroy); // an alert or garbage later on; nothing else would end the connection
  return secure;
}

/**
 * Bytes that the engine is given at once. Its first buffer has 1024; when that is full it makes one of 16 KiB and keeps it.
 * A handshake with a key share of ML-KEM would fill it.
 */
const PIECE = 1000;

/** In place of `read`, which would hand over all that was read already. */
function readPiece(this: Socket, size = Math.min(PIECE, this.readableLength)): unknown {
  return Socket.prototype.read.call(this, size);
}

function destroy(this: TLSSocket): void {
  this.destroy();
}

/** The encryption of a socket whose handshake is done. */
export class TlsChannel implements SecureChannel {
  readonly protocol: string;
  readonly #socket: TLSSocket;
  readonly #credentials: TlsCredentials;

  constructor(socket: TLSSocket, credentials: TlsCredentials) {
    this.#socket = socket;
    this.#credentials = credentials;
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
    return this.#credentials.endPoint;
  }

  certified(domain: string): readonly string[] {
    if (this.#credentials.certifies !== domain || this.#socket.isSessionReused() || !isVerified(this.#socket))
      return [];
    const { raw } = this.#socket.getPeerCertificate();
    try {
      return certificateNames(new X509Certificate(raw)).xmppAddr;
    } catch {
      return []; // an extension that is not what it should be: nothing is known of whom it names
    }
  }
}

/**
 * Has the client proven that it has a certificate, which is valid, for clients, and issued by the host's authorities? Node
 * says so in public only for sockets of its own server; of all others the engine has to be asked.
 */
function isVerified(socket: TLSSocket): boolean {
  const engine: unknown = Reflect.get(socket, '_handle');
  if (typeof engine !== 'object' || engine === null) return false;
  const verify: unknown = Reflect.get(engine, 'verifyError');
  // `null` is the engine's word for success, and for a client without certificate: that has no names.
  return typeof verify === 'function' && Reflect.apply(verify, engine, []) === null;
}
