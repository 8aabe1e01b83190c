/**
 * A client's stream without a connection: what the client sends goes in as text, everything the stream does to the
 * connection, its host and its session is written down.
 */
import { C2sStream, type C2sOptions } from '../../../src/stream/c2s-stream.ts';
import type {
  BoundSession,
  ClientStream,
  SecureChannel,
  StreamEnd,
  StreamFeature,
  StreamHost,
  StreamPhase,
  StreamSink,
} from '../../../src/stream/interface.ts';
import type { Jid } from '../../../src/jid/jid.ts';
import { LIMITS_AFTER_AUTH, LIMITS_BEFORE_AUTH, type XmlLimits } from '../../../src/xml/limits.ts';
import { XmlReader } from '../../../src/xml/reader.ts';
import type { Stanza } from '../../../src/xml/stanza.ts';

/** A header that nothing is wrong with, for `to`. */
export function header(to = 'a.test', more = ''): string {
  return (
    `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'` +
    ` to='${to}' version='1.0' ${more}>`
  );
}

/** A session that keeps what it is given. */
export class RecordedSession implements BoundSession {
  readonly jid: Jid;
  readonly received: Stanza[] = [];
  readonly ends: StreamEnd[] = [];
  /** Something that is not answered yet. */
  unanswered: Promise<void> | undefined;
  /** Called with every stanza. */
  onReceive: (stanza: Stanza) => void = () => undefined;

  constructor(jid: Jid) {
    this.jid = jid;
  }

  receive(stanza: Stanza): void {
    this.received.push(stanza);
    this.onReceive(stanza);
  }

  relieve(): void {
    // nothing waits here
  }

  settled(): Promise<void> | undefined {
    return this.unanswered;
  }

  streamEnded(end: StreamEnd): void {
    this.ends.push(end);
  }
}

/** A host that binds whatever is asked for, `random` if nothing is. */
export class RecordedHost implements StreamHost {
  readonly domain: string;
  readonly sessions: RecordedSession[] = [];
  /** Those that the sessions are bound on. */
  readonly streams: ClientStream[] = [];
  readonly list: StreamFeature[];
  /** Called before a resource is bound; may wait, throw, or write. */
  beforeBind: (session: RecordedSession, stream: ClientStream) => void | Promise<void> = () => undefined;

  constructor(domain: string, features: StreamFeature[]) {
    this.domain = domain;
    this.list = features;
  }

  features(): readonly StreamFeature[] {
    return this.list;
  }

  async bind(stream: ClientStream, user: Jid, resource: string | undefined): Promise<BoundSession> {
    const jid = user.withResource(resource ?? 'random');
    if (jid === undefined) throw new Error('not a resource');
    const session = new RecordedSession(jid);
    await this.beforeBind(session, stream);
    this.sessions.push(session);
    this.streams.push(stream);
    return session;
  }
}

/** Channel binding data of encrypted streams. */
const BINDINGS: Readonly<Record<string, string>> = {
  'tls-exporter': 'exported',
  'tls-server-end-point': 'digest',
};

const CHANNEL: SecureChannel = {
  protocol: 'TLSv1.3',
  cipher: 'TLS_AES_128_GCM_SHA256',
  types: Object.keys(BINDINGS),
  data: (type) => (Object.hasOwn(BINDINGS, type) ? Buffer.from(BINDINGS[type] ?? '') : undefined),
  certified: () => [],
};

/** The client's end of a stream under test. */
export class RecordedClient implements StreamSink {
  readonly stream: C2sStream;
  channel: SecureChannel | undefined;
  /** Everything that happened to the connection but writes, in order. */
  readonly events: string[] = [];
  /** Everything that was written since the last `take`. */
  written = '';
  readonly #reader = new XmlReader(LIMITS_BEFORE_AUTH);

  constructor(hosts: readonly StreamHost[], options: Partial<C2sOptions> = {}, secure = false) {
    this.stream = new C2sStream(
      this,
      {
        hosts: (domain) => hosts.find((host) => host.domain === domain),
        limitsBeforeAuth: LIMITS_BEFORE_AUTH,
        limitsAfterAuth: LIMITS_AFTER_AUTH,
        maxAuthFailures: 5,
        ...options,
      },
      '192.0.2.1',
    );
    if (secure) this.channel = CHANNEL;
  }

  /** Send text, or bytes as latin1, and return what the server wrote. */
  async send(text: string): Promise<string> {
    this.#reader.push(Buffer.from(text, 'utf8'));
    try {
      for (;;) {
        if (this.stream.state === 'closed') break; // as the owner of a connection does
        const token = this.#reader.next();
        if (token === undefined) break;
        if (token === 'open') this.stream.open(this.#reader.header);
        else if (token === 'close') await this.stream.closeTag();
        else await this.stream.stanza(this.#reader.stanza);
      }
    } catch (error) {
      this.stream.fail(error);
    }
    return this.take();
  }

  /** What the server wrote since the last call. */
  take(): string {
    const { written } = this;
    this.written = '';
    return written;
  }

  readonly writable = true;

  get hasInput(): boolean {
    return this.#reader.buffered > 0;
  }

  startTls(domain: string): void {
    this.events.push(`tls ${domain}`);
    this.channel = CHANNEL;
  }

  write(wire: string): void {
    if (this.events.includes('close')) throw new Error(`written after the end: ${wire}`);
    this.written += Buffer.from(wire, 'latin1').toString('utf8');
  }

  restart(): void {
    this.events.push('restart');
    this.#reader.restart();
  }

  limits(limits: XmlLimits): void {
    this.events.push(`limits ${limits.bytes}`);
    this.#reader.limits = limits;
  }

  phase(phase: StreamPhase): void {
    this.events.push(`phase ${phase}`);
  }

  pause(): void {
    this.events.push('pause');
  }

  resume(): void {
    this.events.push('resume');
  }

  fault(error: unknown): void {
    this.events.push(`fault ${String(error)}`);
  }

  close(): void {
    this.events.push('close');
  }
}
