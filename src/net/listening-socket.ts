/** A socket that listens, whoever takes its connections. */
import { createServer, isIPv6, type Server } from 'node:net';
import type { ListenOptions } from './interface.ts';

/** First probe of the kernel on a quiet connection, in milliseconds. */
const KEEPALIVE_DELAY = 600_000;

/** Connections that may wait to be accepted: all clients come back at once after a restart. Linux allows as many. */
const BACKLOG = 4096;

/** Where a socket listens; port 0 is any free one. */
export interface Place {
  /** IP address; `*` is every IPv4 address and `::` every IPv6 address. */
  readonly name: string;
  readonly port: number;
}

/** Listen at a place, or take over a socket that listens already, by its descriptor. @throws Error says why not */
export async function listenAt(
  place: Place | { readonly fd: number },
  { keepAlive }: Pick<ListenOptions, 'keepAlive'>,
): Promise<Server> {
  const server = createServer({
    allowHalfOpen: true, // who ends a stream may still read what comes
    noDelay: true, // output is gathered per loop turn
    keepAlive,
    keepAliveInitialDelay: KEEPALIVE_DELAY,
    highWaterMark: 1, // 'drain' whenever the kernel did not take all of a write; one chunk at most while paused
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  if ('fd' in place) server.listen({ fd: place.fd, backlog: BACKLOG }, resolve);
  else server.listen({ host: hostOf(place), port: place.port, backlog: BACKLOG, ipv6Only: true }, resolve);
  try {
    await promise;
  } catch (error) {
    const where = 'fd' in place ? `the socket ${place.fd}` : placeText(place);
    throw new Error(`Cannot listen on ${where}: ${reason(error)}`, { cause: error });
  }
  server.off('error', reject);
  return server;
}

/** Where a server listens, as `address:port`. */
export function addressOf(server: Server): string {
  const address = server.address();
  return address === null || typeof address === 'string' ? '' : format(address.address, address.port);
}

/** What `addressOf` will be of a server there. */
export function placeText(place: Place): string {
  return format(hostOf(place), place.port);
}

function hostOf({ name }: Place): string {
  return name === '*' ? '0.0.0.0' : name;
}

function format(host: string, port: number): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
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
