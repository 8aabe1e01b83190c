/**
 * A client that says exactly the bytes it is told to and understands nothing: for tests that look at a server from
 * outside. Every wait ends, with an event or with an error.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { XmlStream, type StreamEvent } from './dialogue/xml-node.ts';

/** What a client sees: what comes out of the stream, then the end of the connection. */
export type ClientEvent = StreamEvent | { readonly kind: 'closed'; readonly how: string };

/** Told of all bytes that pass, in order; for the log of a conversation. */
export type Listener = (direction: 'sent' | 'received', bytes: Buffer) => void;

/** Milliseconds a client waits for one event unless told otherwise. */
export const PATIENCE = 5_000;

/** Nothing came in time. */
export class NothingCame extends Error {
  constructor(milliseconds: number) {
    super(`nothing came for ${milliseconds} ms`);
  }
}

/** One connection. */
export class XClient {
  readonly #socket: Socket;
  readonly #listener: Listener;
  readonly #unread: ClientEvent[] = [];
  readonly #stream = new XmlStream((event) => this.#received(event));
  #waiting: ((event: ClientEvent) => void) | undefined;
  #how = 'closed by the server';
  #ended = false;

  private constructor(socket: Socket, listener: Listener) {
    this.#socket = socket;
    this.#listener = listener;
    socket.setNoDelay(true);
    socket.on('data', (bytes) => {
      listener('received', bytes);
      this.#stream.write(bytes);
    });
    socket.on('error', (error) => (this.#how = `broken: ${error.message}`));
    socket.on('end', () => this.#closed());
    socket.on('close', () => this.#closed());
  }

  /**
   * Connect to a port of this machine.
   * @throws Error where nobody listens
   */
  static async connect(port: number, listener: Listener = () => undefined): Promise<XClient> {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    await once(socket, 'connect');
    return new XClient(socket, listener);
  }

  /** Send these bytes, or this text as UTF-8. What a closed connection does not take is lost. */
  send(data: Buffer | string): void {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    this.#listener('sent', bytes);
    if (this.#socket.writable) this.#socket.write(bytes);
  }

  /** Resolves when all that was sent is with the operating system. */
  async flushed(): Promise<void> {
    if (!this.#socket.writable || this.#socket.writableLength === 0) return;
    await new Promise<void>((resolve) => this.#socket.write('', () => resolve()));
  }

  /**
   * The next event.
   * @param patience milliseconds
   * @throws NothingCame
   */
  async next(patience = PATIENCE): Promise<ClientEvent> {
    const unread = this.#unread.shift();
    if (unread !== undefined) return unread;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting = undefined;
        reject(new NothingCame(patience));
      }, patience);
      this.#waiting = (event) => {
        clearTimeout(timer);
        resolve(event);
      };
    });
  }

  /** What came and was not read yet, oldest first. */
  get unread(): readonly ClientEvent[] {
    return this.#unread;
  }

  /** Forget the unread events that `unwanted` names. */
  discard(unwanted: (event: ClientEvent) => boolean): void {
    const kept = this.#unread.filter((event) => !unwanted(event));
    this.#unread.splice(0, this.#unread.length, ...kept);
  }

  /** Put events back, to be read before all others. */
  putBack(events: readonly ClientEvent[]): void {
    this.#unread.unshift(...events);
  }

  /** Has the server closed the connection? */
  get closed(): boolean {
    return this.#ended;
  }

  /** Send FIN, go on reading. */
  endOutput(): void {
    this.#socket.end();
  }

  /** Drop the connection at once. */
  destroy(): void {
    this.#ended = true; // what we do ourselves is no event
    this.#socket.destroy();
  }

  #closed(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#received({ kind: 'closed', how: this.#how });
    this.#socket.end();
  }

  #received(event: ClientEvent): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) this.#unread.push(event);
    else waiting(event);
  }
}
