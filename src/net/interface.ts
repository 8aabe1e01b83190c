/** What hosts and modules see of the network. */
import type { C2sOptions } from '../stream/c2s-stream.ts';

/** The open ports of one service. */
export interface NetListener {
  /** Where it listens: `address:port`. */
  readonly addresses: readonly string[];
  /** Take no new connections, and close those that have not authenticated. */
  close(): Promise<void>;
  /** Resolves when no connection is left. Those still there after the time for closing are cut. */
  drained(): Promise<void>;
}

/** Where a service listens. */
export interface ListenOptions {
  /** IP addresses; `*` is every IPv4 address and `::` every IPv6 address, left out where the machine has none. */
  readonly interfaces: readonly string[];
  /** Port 0 is any free one. */
  readonly ports: readonly number[];
  /** Connections that may wait to be accepted. */
  readonly backlog: number;
  /** Connections at most, so that descriptors are left for everything else; the next ones are closed at once. */
  readonly maxConnections?: number;
  /** Whether the kernel looks after quiet connections. */
  readonly keepAlive: boolean;
}

/** Milliseconds that a client has. */
export interface StreamDeadlines {
  /** From the connection to the stream header. */
  readonly header: number;
  /** From there to authentication. */
  readonly auth: number;
  /** From there to the bound resource. */
  readonly bind: number;
  /** To close its side, once ours is closed. */
  readonly close: number;
}

/** How clients are served. */
export interface C2sListenOptions extends ListenOptions, C2sOptions {
  /** Name of the service, for logs and metrics. */
  readonly service: string;
  readonly deadlines: StreamDeadlines;
  /** Connections from one IPv4 address or IPv6 /64 that have not authenticated; loopback is exempt. */
  readonly maxUnauthenticated: number;
  readonly output: OutputLimits;
}

/** Bounds of what may wait for a client that does not read. */
export interface OutputLimits {
  /** Bytes at which the connection is congested: its own client is not read from, and who can wait should. */
  readonly soft: number;
  /** Bytes at which it is cut. */
  readonly hard: number;
  /** Milliseconds without progress after which it is cut. */
  readonly stall: number;
}

/** The network of this process. */
export interface Network {
  /** Serve clients. @throws Error an address cannot be listened on */
  listenC2s(options: C2sListenOptions): Promise<NetListener>;
}
