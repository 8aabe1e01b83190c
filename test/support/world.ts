/** A server in memory without sockets, and clients that talk to its sessions directly: for tests of host and modules. */
import type { ClusterBackend } from '../../src/cluster/backend.ts';
import { systemClock } from '../../src/cluster/clock.ts';
import { MemoryCluster } from '../../src/cluster/memory/memory-cluster.ts';
import { findModule } from '../../src/app/modules.ts';
import { bindResource, type BindPolicy } from '../../src/host/bind.ts';
import type { Host, HostConfig } from '../../src/host/host.ts';
import type { ModuleDefinition } from '../../src/host/module.ts';
import { Server } from '../../src/host/server.ts';
import type { Session, SessionLink } from '../../src/host/session.ts';
import { Jid } from '../../src/jid/jid.ts';
import type { Log, LogFields } from '../../src/logging/log.ts';
import { Metrics } from '../../src/metrics/metrics.ts';
import { createNetwork } from '../../src/net/network.ts';
import type { StreamError } from '../../src/stanza/stream-error.ts';
import { memoryStorage } from '../../src/storage/memory/memory-storage.ts';
import type { Storage } from '../../src/storage/stores.ts';
import { LIMITS_AFTER_AUTH } from '../../src/xml/limits.ts';
import { parseStanza } from '../../src/xml/reader.ts';
import type { Stanza } from '../../src/xml/stanza.ts';
import type { Element } from '../../src/xml/element.ts';

/** A log line as tests look at it. */
export interface LogLine {
  readonly level: string;
  readonly fields: LogFields;
  readonly message: string;
}

/** A log that keeps its lines. */
export class MemoryLog implements Log {
  readonly lines: LogLine[];
  readonly #fields: LogFields;

  constructor(lines: LogLine[] = [], fields: LogFields = {}) {
    this.lines = lines;
    this.#fields = fields;
  }

  debug(fields: LogFields, message: string): void {
    this.#add('debug', fields, message);
  }

  info(fields: LogFields, message: string): void {
    this.#add('info', fields, message);
  }

  warn(fields: LogFields, message: string): void {
    this.#add('warn', fields, message);
  }

  error(fields: LogFields, message: string): void {
    this.#add('error', fields, message);
  }

  child(fields: LogFields): Log {
    return new MemoryLog(this.lines, { ...this.#fields, ...fields });
  }

  #add(level: string, fields: LogFields, message: string): void {
    this.lines.push({ level, fields: { ...this.#fields, ...fields }, message });
  }
}

/** What a world is made of; everything has a default. */
export interface WorldOptions {
  /** Hosts; one `localhost` with the routing modules by default. */
  readonly hosts?: readonly Partial<HostConfig>[];
  /** Modules of the test itself, found by name before those of the server. */
  readonly modules?: readonly ModuleDefinition[];
  readonly storage?: Storage;
  /** A node of a cluster; one of its own by default. */
  readonly cluster?: ClusterBackend;
  readonly handlerTimeout?: number;
  readonly now?: () => number;
}

/** Modules that route stanzas between clients. */
export const ROUTING = ['message', 'iq', 'presence'];

/** A running server and its log. */
export class World {
  readonly server: Server;
  readonly log: MemoryLog;

  private constructor(server: Server, log: MemoryLog) {
    this.server = server;
    this.log = log;
  }

  static async start(options: WorldOptions = {}): Promise<World> {
    const log = new MemoryLog();
    const fail = (error: unknown): void => log.error({ err: error }, 'unexpected');
    const metrics = new Metrics();
    const server = new Server({
      metrics,
      network: createNetwork(log, metrics),
      storage: options.storage ?? memoryStorage(fail),
      cluster: options.cluster ?? new MemoryCluster({ clock: systemClock, report: fail }).join('test'),
      log,
      modules: async (name) => options.modules?.find((own) => own.name === name) ?? (await findModule(name)),
      now: options.now ?? (() => Date.now() * 1000),
      handlerTimeout: options.handlerTimeout ?? 2000,
    });
    const own = options.modules?.map((definition) => definition.name) ?? [];
    for (const host of options.hosts ?? [{}]) {
      await server.activate({
        domain: 'localhost',
        kind: 'host',
        modules: [...ROUTING, ...own],
        options: {},
        ...host,
      });
    }
    return new World(server, log);
  }

  host(domain = 'localhost'): Host {
    const host = this.server.hosts.get(domain);
    if (host === undefined) throw new Error(`no host ${domain}`);
    return host;
  }

  /** Bind a resource. */
  async client(address: string, policy: Partial<BindPolicy> = {}): Promise<TestClient> {
    const jid = Jid.parse(address);
    if (jid === undefined) throw new Error(`bad address ${address}`);
    const client = new TestClient();
    const complete: BindPolicy = { conflict: 'kick_old', maxSessions: 16, ...policy };
    client.session = await bindResource(this.host(jid.domain), jid.bare, jid.resource, complete, client, undefined);
    return client;
  }

  /** A client that has sent initial presence; what it received by then is forgotten. */
  async available(address: string, priority = 0): Promise<TestClient> {
    const client = await this.client(address);
    client.send(`<presence><priority>${priority}</priority></presence>`);
    await settled();
    client.received.length = 0;
    return client;
  }

  stop(): Promise<void> {
    return this.server.stop();
  }
}

/** A client: what it sends goes to its session, what it gets is kept. */
export class TestClient implements SessionLink {
  readonly received: Stanza[] = [];
  readonly closed: (StreamError | undefined)[] = [];
  paused = false;
  writable = true;
  #session: Session | undefined;

  get session(): Session {
    if (this.#session === undefined) throw new Error('not bound');
    return this.#session;
  }

  set session(session: Session) {
    this.#session = session;
  }

  /** Send a stanza; the client namespace is added where none is given. */
  send(xml: string): void {
    this.session.receive(stanzaOf(xml));
  }

  /** What was received since the last call, as elements. */
  take(): Element[] {
    return this.received.splice(0).map((stanza) => stanza.tree());
  }

  /** Close the stream, as a client or the network does. */
  end(kind: 'closed' | 'lost' = 'closed'): void {
    this.session.streamEnded({ kind });
  }

  write(wire: string): void {
    this.received.push(stanzaOf(Buffer.from(wire, 'latin1').toString()));
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  close(error?: StreamError): void {
    this.closed.push(error);
    this.session.streamEnded(error === undefined ? { kind: 'ended' } : { kind: 'ended', error });
  }
}

/** Parse a stanza in the client namespace. */
export function stanzaOf(xml: string): Stanza {
  const root = /^<[^\s/>]+/.exec(xml)?.[0] ?? '';
  const rest = xml.slice(root.length);
  const open = rest.slice(0, rest.indexOf('>'));
  return parseStanza(
    Buffer.from(open.includes('xmlns=') ? xml : `${root} xmlns="jabber:client"${rest}`),
    LIMITS_AFTER_AUTH,
  );
}

/** Resolves when everything that can go on without time passing has gone on. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}
