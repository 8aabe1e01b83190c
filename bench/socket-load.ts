/**
 * What a message costs a server behind a socket: two connections, each with ten messages under way to the other.
 *
 * The echo server shows what of it is the price of two system calls, paid by whoever uses sockets of Node. There, what a
 * connection sends comes back to itself.
 */
import { chatMessages } from './chat.ts';
import type { Sample } from './measure.ts';
import { SocketClient } from './socket-client.ts';
import { ServerProcess, type ServerKind } from './socket-process.ts';

/** Messages of one connection that are under way at a time. */
const WINDOW = 10;
/** Different messages. */
const POOL = 1000;

/** A server with two clients. */
export class SocketLoad {
  readonly #server: ServerProcess;
  readonly #clients: readonly SocketClient[];
  readonly #flows: readonly Flow[];

  private constructor(server: ServerProcess, clients: readonly SocketClient[], flows: readonly Flow[]) {
    this.#server = server;
    this.#clients = clients;
    this.#flows = flows;
  }

  static async start(kind: ServerKind): Promise<SocketLoad> {
    const server = await ServerProcess.start(kind);
    const romeo = await SocketClient.connect(server.port);
    const juliet = await SocketClient.connect(server.port);
    if (kind === 'couplet') {
      await romeo.logIn('romeo', 'orchard');
      await juliet.logIn('juliet', 'balcony');
    }
    romeo.startCounting();
    juliet.startCounting();
    const echo = kind === 'echo';
    return new SocketLoad(
      server,
      [romeo, juliet],
      [
        new Flow(romeo, echo ? romeo : juliet, 'juliet@localhost/balcony'),
        new Flow(juliet, echo ? juliet : romeo, 'romeo@localhost/orchard'),
      ],
    );
  }

  /** Exchange `count` messages and say what each cost the server. */
  async run(count: number): Promise<Sample> {
    const before = await this.#server.used();
    await Promise.all(this.#flows.map((flow) => flow.run(count / this.#flows.length)));
    const after = await this.#server.used();
    return { cpu: (after.cpu - before.cpu) / count, heap: (after.heap - before.heap) / count };
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.#server.stop();
  }
}

/** Messages from one client to another. */
class Flow {
  readonly #from: SocketClient;
  readonly #to: SocketClient;
  /** The messages, one behind the other, each of the same length. */
  readonly #pool: Buffer;
  readonly #length: number;
  #next = 0;

  constructor(from: SocketClient, to: SocketClient, address: string) {
    this.#from = from;
    this.#to = to;
    this.#pool = Buffer.concat(chatMessages(address, POOL, POOL));
    this.#length = this.#pool.length / POOL;
  }

  async run(count: number): Promise<void> {
    let unsent = count;
    let missing = count;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#to.onMessages = (came) => {
      missing -= came;
      if (unsent > 0) unsent -= this.#send(Math.min(came, unsent));
      if (missing <= 0) resolve();
    };
    unsent -= this.#send(Math.min(WINDOW, count));
    await promise;
  }

  #send(count: number): number {
    if (this.#next + count > POOL) this.#next = 0;
    const start = this.#next * this.#length;
    this.#next += count;
    this.#from.send(this.#pool.subarray(start, start + count * this.#length));
    return count;
  }
}
