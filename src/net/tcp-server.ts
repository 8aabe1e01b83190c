/** Listening sockets of one service. */
import type { Server, Socket } from 'node:net';
import type { Log } from '../logging/log.ts';
import type { BoundSockets } from './bound-sockets.ts';
import type { Admission, ListenOptions } from './interface.ts';
import { addressOf, listenAt, placeText, type Place as BoundPlace } from './listening-socket.ts';

/** Shortest time between two log lines about connections that could not be taken, in milliseconds. */
const LOG_INTERVAL = 10_000;

/** Why a connection was closed at once: there are too many, or too little memory is left. */
export type RefusalReason = 'total' | 'memory';

/** Who takes the connections of a server. */
export interface Acceptor {
  accept(socket: Socket): void;
  /** A connection was closed at once. */
  refused(reason: RefusalReason): void;
}

/** An address to listen on, and how. */
interface Place extends Pick<ListenOptions, 'service' | 'keepAlive' | 'maxConnections'> {
  readonly name: string;
  readonly port: number;
}

/** A listening socket. */
interface Listening {
  readonly place: Place;
  readonly server: Server;
}

/** The listening sockets of one service. */
export class TcpServer {
  readonly #acceptor: Acceptor;
  readonly #admission: Admission;
  readonly #log: Log;
  readonly #bound: BoundSockets | undefined;
  /** By what they were opened with. */
  #open: ReadonlyMap<string, Listening> = new Map();

  private constructor(acceptor: Acceptor, admission: Admission, log: Log, bound: BoundSockets | undefined) {
    this.#bound = bound;
    this.#acceptor = acceptor;
    this.#admission = admission;
    this.#log = log;
  }

  /**
   * Listen on all ports of all interfaces, or on what is bound for the service.
   * @throws Error one of them cannot be listened on; then none is
   */
  static async listen(
    options: ListenOptions,
    acceptor: Acceptor,
    admission: Admission,
    log: Log,
    bound?: BoundSockets,
  ): Promise<TcpServer> {
    const server = new TcpServer(acceptor, admission, log, bound);
    await server.change(options);
    return server;
  }

  get addresses(): readonly string[] {
    return [...this.#open.values()].map(({ server }) => addressOf(server));
  }

  /**
   * Listen there from now on, and nowhere else. Connections stay.
   * @throws Error an address cannot be listened on; then it is as before
   */
  async change(options: ListenOptions): Promise<void> {
    const wanted = placesOf(options, this.#bound?.placesOf(options.service) ?? []);
    const gone = [...this.#open].filter(([key]) => !wanted.has(key));
    for (const [, { server }] of gone) this.#end(server); // before others open: an address may be part of another
    const open = new Map<string, Listening>();
    try {
      for (const [key, place] of wanted) await this.#add(open, key, place);
      if (open.size === 0) throw new Error('There is no address to listen on');
    } catch (error) {
      for (const [key, { server }] of open) if (!this.#open.has(key)) this.#end(server);
      const before = new Map([...this.#open].filter(([key]) => wanted.has(key)));
      this.#open = before;
      for (const [key, { place }] of gone) await this.#add(before, key, place).catch(() => undefined);
      throw error;
    }
    this.#open = open;
  }

  /** Take no new connections. Those there are stay. */
  close(): void {
    for (const { server } of this.#open.values()) this.#end(server);
  }

  #end(server: Server): void {
    if (this.#bound?.release(server) !== true) server.close();
  }

  async #add(open: Map<string, Listening>, key: string, place: Place): Promise<void> {
    const present = this.#open.get(key);
    if (present !== undefined) return void open.set(key, present);
    const { service } = place;
    const bound = this.#bound?.take(placeText(place), service);
    if (bound === undefined && this.#bound?.covers(place, service) === true) return;
    const server = bound ?? (await listenOn(place, this.#log));
    if (server === undefined) return;
    serve(server, place, this.#acceptor, this.#admission, this.#log);
    open.set(key, { place, server });
  }
}

/** Places by what tells them apart: what is to be opened as it is open already is not opened anew. */
function placesOf(options: ListenOptions, bound: readonly BoundPlace[]): Map<string, Place> {
  const { interfaces, ports, service, keepAlive, maxConnections } = options;
  const asked = interfaces.flatMap((name) => ports.map((port, index) => ({ name, port, index })));
  const places = new Map<string, Place>();
  for (const { name, port, index } of bound.length > 0 ? bound.map((at) => ({ ...at, index: 0 })) : asked) {
    const place = { name, port, service, keepAlive, ...(maxConnections !== undefined && { maxConnections }) };
    places.set(JSON.stringify({ ...place, port: port === 0 ? `any ${index}` : port }), place);
  }
  return places;
}

/** `undefined` where every address of a family is asked for that this machine does not have. */
async function listenOn(place: Place, log: Log): Promise<Server | undefined> {
  try {
    return await listenAt(place, place);
  } catch (error) {
    const { cause } = error instanceof Error ? error : {};
    if (place.name !== '::' || !isMissingFamily(cause)) throw error;
    log.warn({ interface: place.name, port: place.port, err: cause }, 'not listening: this machine has no IPv6');
    return undefined;
  }
}

function serve(
  server: Server,
  { port, maxConnections }: Place,
  acceptor: Acceptor,
  admission: Admission,
  log: Log,
): void {
  if (maxConnections !== undefined) server.maxConnections = maxConnections;
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
}

function isMissingFamily(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EAFNOSUPPORT' || error.code === 'EADDRNOTAVAIL');
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
