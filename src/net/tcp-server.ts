/** Listening sockets of one service. */
import { createServer, isIPv6, type Server, type Socket } from 'node:net';
import type { Log } from '../logging/log.ts';
import type { Admission, ListenOptions } from './interface.ts';

/** Shortest time between two log lines about connections that could not be taken, in milliseconds. */
const LOG_INTERVAL = 10_000;
/** First probe of the kernel on a quiet connection, in milliseconds. */
const KEEPALIVE_DELAY = 600_000;

/** Why a connection was closed at once: there are too many, or too little memory is left. */
export type RefusalReason = 'total' | 'memory';

/** Who takes the connections of a server. */
export interface Acceptor {
  accept(socket: Socket): void;
  /** A connection was closed at once. */
  refused(reason: RefusalReason): void;
}

/** The listening sockets of one service. */
export class TcpServer {
  readonly addresses: readonly string[];
  readonly #servers: readonly Server[];

  private constructor(servers: readonly Server[]) {
    this.#servers = servers;
    this.addresses = servers.map(addressOf);
  }

  /**
   * Listen on all ports of all interfaces.
   * @throws Error one of them cannot be listened on; then none is
   */
  static async listen(options: ListenOptions, acceptor: Acceptor, admission: Admission, log: Log): Promise<TcpServer> {
    const servers: Server[] = [];
    try {
      for (const name of options.interfaces) {
        for (const port of options.ports) {
          const server = await listen(name, port, options, acceptor, admission, log);
          if (server !== undefined) servers.push(server);
        }
      }
      if (servers.length === 0) throw new Error('There is no address to listen on');
    } catch (error) {
      for (const server of servers) server.close();
      throw error;
    }
    return new TcpServer(servers);
  }

  /** Take no new connections. Those there are stay. */
  close(): void {
    for (const server of this.#servers) server.close();
  }
}

/** `undefined` where every address of a family is asked for that this machine does not have. */
async function listen(
  name: string,
  port: number,
  options: ListenOptions,
  acceptor: Acceptor,
  admission: Admission,
  log: Log,
): Promise<Server | undefined> {
  const server = createServer({
    allowHalfOpen: true, // who ends a stream may still read what comes
    noDelay: true, // output is gathered per loop turn
    keepAlive: options.keepAlive,
    keepAliveInitialDelay: KEEPALIVE_DELAY,
    highWaterMark: 1, // 'drain' whenever the kernel did not take all of a write; one chunk at most while paused
  });
  if (options.maxConnections !== undefined) server.maxConnections = options.maxConnections;
  const host = name === '*' ? '0.0.0.0' : name;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen({ host, port, backlog: options.backlog, ipv6Only: true }, resolve);
  try {
    await promise;
  } catch (error) {
    if (host === '::' && isMissingFamily(error)) {
      log.warn({ interface: name, port, err: error }, 'not listening: this machine has no IPv6');
      return undefined;
    }
    throw new Error(`Cannot listen on ${format(host, port)}: ${reason(error)}`, { cause: error });
  }
  server.off('error', reject);
  server.on('connection', (socket) => {
    if (admission.accepting) return acceptor.accept(socket);
    // Node cannot leave it to wait in the kernel, where the client would not know either that it has to try elsewhere.
    socket.destroy();
    acceptor.refused('memory');
  });
  server.on('drop', () => acceptor.refused('total'));
  // Out of descriptors, usually: libuv closes the connections that wait, and the next ones are tried again.
  const report = sparingly(LOG_INTERVAL, (error: Error) =>
    log.error({ err: error, port }, 'a connection was not accepted'),
  );
  server.on('error', report);
  return server;
}

function addressOf(server: Server): string {
  const address = server.address();
  return address === null || typeof address === 'string' ? '' : format(address.address, address.port);
}

function format(host: string, port: number): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}

function isMissingFamily(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EAFNOSUPPORT' || error.code === 'EADDRNOTAVAIL');
}

function reason(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) return String(error);
  switch (error.code) {
    case 'EADDRINUSE':
      return 'another program listens there';
    case 'EACCES':
      return 'that port needs more rights';
    case 'EADDRNOTAVAIL':
      return 'this machine does not have that address';
    default:
      return error.message;
  }
}

/** A function that is called at most once per interval; what comes in between is dropped. */
function sparingly<T>(interval: number, call: (value: T) => void): (value: T) => void {
  let next = 0;
  return (value) => {
    const now = performance.now();
    if (now < next) return;
    next = now + interval;
    call(value);
  };
}
