/** The client's end of encrypted streams, for tests. */
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { RawClient } from './tcp.ts';
import { header } from './recorder.ts';

/** The request for STARTTLS. */
export const STARTTLS = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";

/** A client over TLS that keeps what it gets. */
export class TlsClient {
  readonly socket: TLSSocket;
  /** Everything received, as latin1. */
  received = '';
  /** The server ended its side. */
  ended = false;
  /** The connection is gone. */
  closed = false;

  private constructor(socket: TLSSocket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => (this.received += chunk.toString('latin1')));
    socket.on('end', () => (this.ended = true));
    socket.on('error', () => undefined);
    socket.on('close', () => (this.closed = true));
  }

  /** Put TLS on a connection that is ready for it. @throws Error the handshake failed */
  static async over(client: RawClient, options: ConnectionOptions = {}): Promise<TlsClient> {
    client.socket.removeAllListeners('data');
    return TlsClient.#secured(connect({ socket: client.socket, rejectUnauthorized: false, ...options }));
  }

  /** Connect by direct TLS. @throws Error the handshake failed */
  static async direct(address: string, options: ConnectionOptions = {}): Promise<TlsClient> {
    const colon = address.lastIndexOf(':');
    const to = { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
    return TlsClient.#secured(connect({ ...to, rejectUnauthorized: false, ...options }));
  }

  static async #secured(socket: TLSSocket): Promise<TlsClient> {
    const client = new TlsClient(socket);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    socket.once('secureConnect', resolve);
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed')));
    await promise;
    return client;
  }

  send(text: string): void {
    this.socket.write(text);
  }

  /** Wait until that holds; fails after the time given. */
  async until(holds: (client: TlsClient) => boolean, ms = 5000): Promise<void> {
    const deadline = performance.now() + ms;
    while (!holds(this)) {
      if (performance.now() > deadline) throw new Error(`not within ${ms} ms; received ${this.received.slice(-300)}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Send something and wait for text; returns what came since the call. */
  async ask(text: string, wanted: string): Promise<string> {
    const before = this.received.length;
    this.send(text);
    await this.until(({ received }) => received.includes(wanted, before));
    return this.received.slice(before);
  }
}

/** Go from the connection to encryption by STARTTLS. */
export async function startTls(client: RawClient, options: ConnectionOptions = {}, to = 'a.test'): Promise<TlsClient> {
  await client.ask(header(to), '</stream:features>');
  await client.ask(STARTTLS, '<proceed ');
  return TlsClient.over(client, options);
}
