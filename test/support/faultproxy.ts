/**
 * A TCP proxy that misbehaves on demand: between a server and its database, a peer or a client.
 *
 * It forwards bytes both ways until it is told to cut, to stall or to refuse.
 *
 * `as` stands at the address of a listening TCP server, which is never a path.
 */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/** Looks at what a client sends; `cut` drops both sides of its connection, before or after these bytes are passed on. */
export type Inspect = (bytes: Buffer) => 'pass' | 'cut' | 'pass and cut';

/** See the file's comment. */
export class FaultProxy {
  readonly #server: Server;
  readonly #target: number;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #inspect: Inspect = () => 'pass';
  #stalled = false;
  #refusing = false;
  #delay = 0;

  private constructor(server: Server, target: number) {
    this.#server = server;
    this.#target = target;
  }

  /** Listens on a free port of loopback and connects to `target` there. */
  static async start(target: number): Promise<FaultProxy> {
    const server = createServer();
    const proxy = new FaultProxy(server, target);
    server.on('connection', (client) => proxy.#accept(client));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  /** Where clients connect. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** From now on what clients send is looked at. */
  inspect(inspect: Inspect): void {
    this.#inspect = inspect;
  }

  /** Drops all connections with a reset. */
  cut(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.resetAndDestroy();
    this.#pairs.clear();
  }

  /** Forwards nothing any more and keeps everything open, as when the other machine is gone; `false` goes on. */
  stall(stalled = true): void {
    this.#stalled = stalled;
    for (const pair of this.#pairs) {
      for (const socket of pair) {
        if (stalled) socket.pause();
        else if (!pair.some(({ destroyed }) => destroyed)) socket.resume();
      }
    }
  }

  /** Resets new connections; `false` takes them again. */
  refuse(refusing = true): void {
    this.#refusing = refusing;
  }

  /** Holds what clients send for so many milliseconds. */
  delay(milliseconds: number): void {
    this.#delay = milliseconds;
  }

  /** Ends it with all connections. */
  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.cut();
    await closed;
  }

  #accept(client: Socket): void {
    if (this.#refusing) {
      client.resetAndDestroy();
      return;
    }
    const target = connect(this.#target, '127.0.0.1');
    const pair = [client, target] as const;
    this.#pairs.add(pair);
    for (const socket of pair) {
      socket.setNoDelay();
      socket.on('error', () => undefined);
      socket.on('close', () => {
        if (this.#stalled) return; // the other side learns nothing
        this.#pairs.delete(pair);
        for (const other of pair) other.destroy();
      });
      if (this.#stalled) socket.pause();
    }
    target.on('data', (bytes) => client.write(bytes));
    client.on('data', (bytes) => {
      if (this.#delay > 0) setTimeout(() => this.#forward(bytes, pair), this.#delay);
      else this.#forward(bytes, pair);
    });
  }

  #forward(bytes: Buffer, [client, target]: readonly [Socket, Socket]): void {
    const verdict = this.#inspect(bytes);
    if (verdict !== 'cut') target.write(bytes);
    if (verdict === 'pass') return;
    // What was passed on must arrive: that side is ended in good order, and goes when the target has ended it too.
    client.removeAllListeners('close');
    client.resetAndDestroy();
    if (verdict === 'cut') target.destroy();
    else target.end();
  }
}
