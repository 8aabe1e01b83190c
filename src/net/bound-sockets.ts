/** Sockets that listen before the server has started: from its service manager, or of root that gave up its rights. */
import type { Server, Socket } from 'node:net';
import { addressOf, placeText, type Place } from './listening-socket.ts';

/** Connections at most that wait for the server to start, on each socket. */
const MAX_WAITING = 128;

interface Entry {
  /** Name of the service that it is for; without one, it is for whoever wants to listen at its address. */
  readonly service: string | undefined;
  readonly server: Server;
  /** What came in before somebody took it. */
  readonly waiting: Socket[];
  taken: boolean;
}

/** Keeps them. They are never closed while the process runs: it might not get them again. */
export class BoundSockets {
  readonly #entries: Entry[] = [];

  /** Keep a server that listens, for a service of that name or for any that wants its address. */
  add(server: Server, service?: string): void {
    const waiting: Socket[] = [];
    this.#entries.push({ service, server, waiting, taken: false });
    server.unref().on('connection', (socket) => {
      if (waiting.length >= MAX_WAITING) return void socket.destroy();
      socket.on('error', ignore);
      waiting.push(socket);
    });
  }

  /** Addresses and ports of those that are for a service by its name. */
  placesOf(service: string): { readonly name: string; readonly port: number }[] {
    return this.#entries.flatMap((entry) => {
      const address = entry.server.address();
      if (entry.service !== service || address === null || typeof address === 'string') return [];
      return [{ name: address.address, port: address.port }];
    });
  }

  /** The one at `address:port`, which then is the caller's until it is released. */
  take(place: string, service: string): Server | undefined {
    const entry = this.#entries.find(
      (it) => !it.taken && (it.service ?? service) === service && addressOf(it.server) === place,
    );
    if (entry === undefined) return undefined;
    entry.taken = true;
    entry.server.removeAllListeners('connection').ref();
    setImmediate(() => {
      for (const socket of entry.waiting.splice(0)) {
        socket.off('error', ignore);
        if (!socket.destroyed) entry.server.emit('connection', socket);
      }
    });
    return entry.server;
  }

  /** Does one that is for the service, and listens at all IPv6 addresses, most likely listen at all of IPv4 too? */
  covers({ name, port }: Place, service: string): boolean {
    if (name !== '*') return false;
    return this.#entries.some(
      (it) => (it.service ?? service) === service && addressOf(it.server) === placeText({ name: '::', port }),
    );
  }

  /** Take it back; `false` if it is none of these. */
  release(server: Server): boolean {
    const entry = this.#entries.find((it) => it.server === server);
    if (entry === undefined) return false;
    entry.taken = false;
    server.removeAllListeners().unref();
    server.on('connection', (socket) => socket.destroy());
    return true;
  }

  /** Those that no service has taken: `address:port`, with the name of the service if there is one. */
  get unused(): string[] {
    return this.#entries
      .filter(({ taken }) => !taken)
      .map(({ service, server }) => `${addressOf(server)}${service === undefined ? '' : ` (${service})`}`);
  }
}

function ignore(): void {
  // whoever takes the socket sees that it is closed
}
