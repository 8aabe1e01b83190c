/** The connections of one client service. */
import type { Socket } from 'node:net';
import type { Log } from '../logging/log.ts';
import type { Gauge, Metrics } from '../metrics/metrics.ts';
import { StreamError } from '../stanza/stream-error.ts';
import type { TimingWheel } from '../util/timing-wheel.ts';
import { AddressLimit } from './address-limit.ts';
import type { BoundSockets } from './bound-sockets.ts';
import type { CutReason } from './connection.ts';
import type { Admission, C2sListenOptions, NetListener } from './interface.ts';
import { StreamConnection, type StreamService } from './stream-connection.ts';
import { TcpServer, type Acceptor, type RefusalReason } from './tcp-server.ts';
import type { TlsContexts } from './tls/tls-contexts.ts';
import type { TlsCredentials } from './tls/secure-socket.ts';

/** Milliseconds beyond the deadline for closing after which what is left is cut. */
const DRAIN_GRACE = 1000;

/** Takes clients' connections and knows them all. */
export class C2sService implements Acceptor, NetListener, StreamService {
  #options: C2sListenOptions;
  readonly wheel: TimingWheel;
  readonly #tls: TlsContexts;
  readonly #log: Log;
  readonly #metrics: Metrics;
  readonly #open: Gauge;
  readonly #connections = new Set<StreamConnection>();
  /** Those that have not authenticated. */
  readonly #strangers = new Set<StreamConnection>();
  readonly #perAddress: AddressLimit;
  #server: TcpServer | undefined;
  #onDrained: (() => void) | undefined;

  constructor(options: C2sListenOptions, wheel: TimingWheel, tls: TlsContexts, log: Log, metrics: Metrics) {
    this.#options = options;
    this.wheel = wheel;
    this.#tls = tls;
    this.#log = log.child({ service: options.service });
    this.#metrics = metrics;
    this.#open = metrics.gauge('couplet_connections', 'Connections', { service: options.service });
    this.#perAddress = new AddressLimit(options.maxUnauthenticated);
  }

  get options(): C2sListenOptions {
    return this.#options;
  }

  get addresses(): readonly string[] {
    return this.#server?.addresses ?? [];
  }

  /** Start to listen, on what is bound for the service if there is something. @throws Error an address cannot be listened on */
  async open(admission: Admission, bound?: BoundSockets): Promise<void> {
    this.#server = await TcpServer.listen(this.options, this, admission, this.#log, bound);
  }

  /** Serve that way from now on; limits of a stream are those of its beginning. @throws Error an address cannot be listened on */
  async change(options: C2sListenOptions): Promise<void> {
    await this.#server?.change(options);
    this.#options = options;
    this.#perAddress.max = options.maxUnauthenticated;
  }

  close(): Promise<void> {
    this.#server?.close();
    for (const { stream } of this.#strangers) stream.close(new StreamError('system-shutdown'));
    return Promise.resolve();
  }

  async drained(): Promise<void> {
    if (this.#connections.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onDrained = resolve;
    const timer = setTimeout(() => {
      this.#log.warn({ connections: this.#connections.size }, 'connections did not close in time');
      for (const connection of this.#connections) connection.destroy();
    }, this.options.deadlines.close + DRAIN_GRACE);
    await promise;
    clearTimeout(timer);
  }

  accept(socket: Socket): void {
    const { remoteAddress } = socket;
    if (remoteAddress === undefined || !this.#perAddress.take(remoteAddress)) {
      socket.on('error', ignore);
      socket.destroy();
      if (remoteAddress !== undefined) this.#count('refused', 'address');
      return;
    }
    const connection = new StreamConnection(this, socket, remoteAddress);
    this.#connections.add(connection);
    this.#strangers.add(connection);
    this.#open.set(this.#connections.size);
  }

  refused(reason: RefusalReason): void {
    this.#count('refused', reason);
  }

  credentials(domain: string | undefined): TlsCredentials | undefined {
    return this.#tls.credentials(domain, this.#options.service);
  }

  secured({ address, stream: { channel } }: StreamConnection): void {
    const protocol = channel?.protocol ?? '';
    const labels = { service: this.options.service, protocol };
    this.#metrics.counter('couplet_tls_handshakes_total', 'TLS handshakes that succeeded', labels).inc();
    this.#log.debug({ address, protocol, cipher: channel?.cipher }, 'encrypted');
  }

  authenticated(connection: StreamConnection): void {
    if (this.#strangers.delete(connection)) this.#perAddress.release(connection.address);
  }

  remove(connection: StreamConnection): void {
    this.authenticated(connection);
    this.#connections.delete(connection);
    this.#open.set(this.#connections.size);
    if (this.#connections.size === 0) this.#onDrained?.();
  }

  expired(connection: StreamConnection): void {
    this.#count('expired', connection.phaseName);
    this.#log.debug({ address: connection.address, phase: connection.phaseName }, 'client took too long');
  }

  cut(connection: StreamConnection, reason: CutReason): void {
    this.#count('cut', reason);
    this.#log.info(
      { address: connection.address, jid: connection.stream.jid?.toString(), reason },
      'client does not read: connection cut',
    );
  }

  faulty({ address, stream }: StreamConnection, error: unknown): void {
    this.#log.error({ err: error, address, stream: stream.id, user: stream.user?.toString() }, 'stream failed');
  }

  #count(what: 'refused' | 'expired' | 'cut', reason: string): void {
    const { service } = this.options;
    this.#metrics.counter(`couplet_connections_${what}_total`, HELP[what], { service, reason }).inc();
  }
}

const HELP = {
  refused: 'Connections closed at once because a limit was reached',
  expired: 'Connections closed because a deadline passed',
  cut: 'Connections cut because the client did not read',
};

function ignore(): void {
  // destroyed already
}
