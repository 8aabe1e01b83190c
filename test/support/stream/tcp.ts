/** The network end of tests: a server's sockets on loopback, and clients that do as little as they are told. */
import { createServer, Socket } from 'node:net';

/** A TCP client that keeps what it gets. */
export class RawClient {
  readonly socket = new Socket({ allowHalfOpen: true });
  /** Everything received, as latin1. */
  received = '';
  /** The server ended its side. */
  ended = false;
  /** The connection is gone. */
  closed = false;
  #waiting: (() => void)[] = [];

  private constructor() {
    this.socket.on('data', (chunk: Buffer) => {
      this.received += chunk.toString('latin1');
      this.#tell();
    });
    this.socket.on('end', () => {
      this.ended = true;
      this.#tell();
    });
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => {
      this.closed = true;
      this.#tell();
    });
  }

  /** Connect to an address of the form `host:port` or to a port of 127.0.0.1. */
  static async connect(to: string | number): Promise<RawClient> {
    const client = new RawClient();
    const text = String(to);
    const host = text.includes(':') ? text.slice(0, text.lastIndexOf(':')).replace(/^\[|\]$/g, '') : '127.0.0.1';
    const port = Number(text.slice(text.lastIndexOf(':') + 1));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    client.socket.once('error', reject);
    client.socket.connect(port, host, resolve);
    await promise;
    client.socket.off('error', reject);
    return client;
  }

  send(text: string): void {
    this.socket.write(text, 'utf8');
  }

  /** Wait until that holds; fails after the time given. */
  async until(holds: (client: RawClient) => boolean, ms = 5000): Promise<void> {
    const deadline = performance.now() + ms;
    while (!holds(this)) {
      const left = deadline - performance.now();
      if (left <= 0) throw new Error(`not within ${ms} ms; received ${JSON.stringify(this.received.slice(-300))}`);
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, left);
      this.#waiting.push(resolve);
      await promise;
      clearTimeout(timer);
    }
  }

  /** Send something and wait for text; returns what came since the call. */
  async ask(text: string, wanted: string): Promise<string> {
    const before = this.received.length;
    this.send(text);
    await this.until(({ received }) => received.includes(wanted, before));
    return this.received.slice(before);
  }

  #tell(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const tell of waiting) tell();
  }
}

/** A server's socket with the client at its other end. */
export async function socketPair(highWaterMark = 1): Promise<{ socket: Socket; client: RawClient; close: () => void }> {
  const server = createServer({ allowHalfOpen: true, noDelay: true, highWaterMark });
  const { promise, resolve } = Promise.withResolvers<Socket>();
  server.once('connection', resolve);
  const listening = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', listening.resolve);
  await listening.promise;
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on TCP');
  const client = await RawClient.connect(address.port);
  const socket = await promise;
  return {
    socket,
    client,
    close: () => {
      client.socket.destroy();
      socket.destroy();
      server.close();
    },
  };
}

/** Wait that many milliseconds. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
