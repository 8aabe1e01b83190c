/** How often a server writes to its sockets. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Socket } from 'node:net';
import { chatMessages } from '../../bench/chat.ts';
import { addAccounts, portOf, startMeasured } from '../../bench/server.ts';
import { SocketClient } from '../../bench/socket-client.ts';

/** What was counted while two clients wrote to each other. */
export interface SocketCounts {
  readonly messages: number;
  /** Chunks that the server read. */
  readonly reads: number;
  readonly writes: number;
  /** To one socket. */
  readonly mostWritesInOneTurn: number;
}

const ROUNDS = 20;
/** Messages that a client sends at once. */
const AT_ONCE = 50;

/** Let two clients write to each other through a real server on loopback, and count. */
export async function countSocketWrites(): Promise<SocketCounts> {
  const watched: WatchedSocket[] = [];
  const watch = (message: unknown): void => {
    if (typeof message !== 'object' || message === null || !('socket' in message)) return;
    if (message.socket instanceof Socket) watched.push(new WatchedSocket(message.socket));
  };
  subscribe('net.server.socket', watch);
  const server = await startMeasured();
  await addAccounts(server, ['romeo', 'juliet']);
  const port = await portOf(server);
  const romeo = await SocketClient.connect(port);
  const juliet = await SocketClient.connect(port);
  await romeo.logIn('romeo', 'orchard');
  await juliet.logIn('juliet', 'balcony');
  for (const client of [romeo, juliet]) client.startCounting();
  for (const socket of watched) socket.start();
  const [toJuliet = Buffer.alloc(0)] = chatMessages('juliet@localhost/balcony', AT_ONCE, AT_ONCE);
  const [toRomeo = Buffer.alloc(0)] = chatMessages('romeo@localhost/orchard', AT_ONCE, AT_ONCE);
  for (let round = 0; round < ROUNDS; round++) {
    const all = Promise.all([received(juliet, AT_ONCE), received(romeo, AT_ONCE)]);
    romeo.send(toJuliet);
    juliet.send(toRomeo);
    await all;
  }
  const counts = {
    messages: 2 * ROUNDS * AT_ONCE,
    reads: sum(watched.map(({ reads }) => reads)),
    writes: sum(watched.map(({ writes }) => writes)),
    mostWritesInOneTurn: Math.max(...watched.map(({ mostInOneTurn }) => mostInOneTurn)),
  };
  for (const client of [romeo, juliet]) client.close();
  await server.stop();
  unsubscribe('net.server.socket', watch);
  return counts;
}

function received(client: SocketClient, count: number): Promise<void> {
  let missing = count;
  const { promise, resolve } = Promise.withResolvers<void>();
  client.onMessages = (came) => {
    missing -= came;
    if (missing <= 0) resolve();
  };
  return promise;
}

/** Counts on one socket of the server. */
class WatchedSocket {
  reads = 0;
  writes = 0;
  mostInOneTurn = 0;
  #turn = 0;
  #writesInTurn = 0;

  constructor(socket: Socket) {
    const write: (...parameters: never[]) => boolean = socket.write.bind(socket);
    socket.write = (...parameters: never[]): boolean => {
      this.#written();
      return write(...parameters);
    };
    socket.on('data', () => this.reads++);
  }

  /** Forget what was counted. */
  start(): void {
    this.reads = 0;
    this.writes = 0;
    this.mostInOneTurn = 0;
  }

  #written(): void {
    const turn = performance.nodeTiming.uvMetricsInfo.loopCount;
    this.#writesInTurn = turn === this.#turn ? this.#writesInTurn + 1 : 1;
    this.#turn = turn;
    this.writes++;
    this.mostInOneTurn = Math.max(this.mostInOneTurn, this.#writesInTurn);
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
