/** The state machine of one client's stream (RFC 6120 §4 to §7): no socket, no clock, no storage. */
import { Jid } from '../jid/jid.ts';
import { StanzaError } from '../stanza/errors.ts';
import { randomId } from '../stanza/ids.ts';
import { errorReply } from '../stanza/reply.ts';
import { StreamError } from '../stanza/stream-error.ts';
import type { Element } from '../xml/element.ts';
import type { XmlLimits } from '../xml/limits.ts';
import { NS_CLIENT, NS_SERVER, NS_STREAM } from '../xml/namespaces.ts';
import type { Stanza } from '../xml/stanza.ts';
import type { StreamHeader } from '../xml/stream-header.ts';
import { XmlError } from '../xml/xml-error.ts';
import type {
  BoundSession,
  ClientStream,
  SecureChannel,
  StreamEnd,
  StreamHost,
  StreamSink,
  StreamState,
} from './interface.ts';
import type { SaslExchange } from './sasl/mechanism.ts';
import { readHeader, type ClientHeader } from './stream-header.ts';
import { CLOSE_TAG, elementWire, errorWire, featuresWire, headerWire } from './wire.ts';

/** What all streams of a service have in common. */
export interface C2sOptions {
  /** The host of a canonical domain, if clients may connect to it. */
  readonly hosts: (domain: string) => StreamHost | undefined;
  readonly limitsBeforeAuth: XmlLimits;
  readonly limitsAfterAuth: XmlLimits;
  /** Failed attempts to authenticate after which the stream is closed (RFC 6120 §6.4.5). */
  readonly maxAuthFailures: number;
}

/** Failed attempts to bind a resource after which the stream is closed: RFC 6120 §7.7.3 has five to ten. */
const MAX_BIND_FAILURES = 10;

/**
 * One client's stream. The owner of the connection calls `open`, `stanza` and `closeTag` with what the client sends, one
 * after the other, the next one only when the promise that the last one returned is settled; and the other methods at
 * any time. What is thrown, or a promise rejected with, goes to `fail`.
 */
export class C2sStream implements ClientStream {
  readonly address: string;
  exchange: SaslExchange | undefined;
  mechanism: string | undefined;
  readonly #sink: StreamSink;
  readonly #options: C2sOptions;
  #state: StreamState = 'header';
  /** Whether our header is sent, since the last restart. */
  #answered = false;
  #id = '';
  #host: StreamHost | undefined;
  #lang: string | undefined;
  #user: Jid | undefined;
  #session: BoundSession | undefined;
  #authFailures = 0;
  #bindFailures = 0;
  /** Set once nothing more comes from the client: it has closed the stream, or only its side of the connection. */
  #closing: 'closed' | 'lost' | undefined;
  /** What the session wrote before the client was told that it is bound. */
  #early: string[] | undefined;

  constructor(sink: StreamSink, options: C2sOptions, address: string) {
    this.#sink = sink;
    this.#options = options;
    this.address = address;
  }

  get state(): StreamState {
    return this.#state;
  }

  get id(): string {
    return this.#id;
  }

  get host(): StreamHost | undefined {
    return this.#host;
  }

  get lang(): string | undefined {
    return this.#lang;
  }

  get user(): Jid | undefined {
    return this.#user;
  }

  get jid(): Jid | undefined {
    return this.#session?.jid;
  }

  get secure(): boolean {
    return this.#sink.channel !== undefined;
  }

  get channel(): SecureChannel | undefined {
    return this.#sink.channel;
  }

  get session(): BoundSession | undefined {
    return this.#session;
  }

  get writable(): boolean {
    return this.#sink.writable;
  }

  get limits(): XmlLimits {
    return this.#user === undefined ? this.#options.limitsBeforeAuth : this.#options.limitsAfterAuth;
  }

  /** The client's header. */
  open(header: StreamHeader): void {
    if (this.#state !== 'header') return;
    const client = readHeader(header);
    const host = client.to === undefined ? undefined : this.#options.hosts(client.to);
    const error = client.error ?? this.#refusal(client, host);
    this.#host ??= host;
    this.#lang = client.lang;
    this.#answer(client.from, client.versioned); // a header goes before any error (§4.9.1.2)
    if (error !== undefined) return this.close(error);
    this.#state = 'negotiating';
    if (this.#user === undefined) this.#sink.phase('auth'); // anew once it is encrypted
    this.#offer();
  }

  /** A first-level element. */
  stanza(stanza: Stanza): void | Promise<void> {
    if (this.#session !== undefined && isStanza(stanza)) return this.#session.receive(stanza);
    return this.#negotiate(stanza);
  }

  /** `</stream:stream>` (§4.4). It is answered after everything that came before it. */
  closeTag(): void | Promise<void> {
    return this.#finish('closed');
  }

  /** The client's side of the connection is at its end; ours may not be, so that the last answers are still due. */
  inputEnded(): void | Promise<void> {
    return this.#finish('lost');
  }

  /** The sink is writable again. */
  relieved(): void {
    this.#session?.relieve();
  }

  /** The connection is gone. */
  eof(): void {
    this.#end({ kind: this.#closing ?? 'lost' });
  }

  /** The client took too long for what the stream waits for. */
  timeout(): void {
    if (this.#closing !== undefined) return this.#end({ kind: this.#closing }); // it is we who took too long
    const missing =
      this.#user !== undefined ? 'resource bound' : this.#host !== undefined ? 'authentication' : 'stream header';
    this.close(new StreamError('connection-timeout', `No ${missing} in time`));
  }

  /** Something was thrown: unacceptable XML, a stream error, or a fault of ours, of which the client only hears that. */
  fail(error: unknown): void {
    if (error instanceof StreamError) this.close(error);
    else if (error instanceof XmlError) this.close(new StreamError(error.condition, error.message));
    else {
      this.#sink.fault(error);
      this.close(new StreamError('internal-server-error'));
    }
  }

  write(wire: string): void {
    if (this.#early !== undefined) this.#early.push(wire);
    else if (this.#state !== 'closed') this.#sink.write(wire);
  }

  send(element: Element): void {
    this.write(elementWire(element));
  }

  pause(): void {
    this.#sink.pause();
  }

  resume(): void {
    this.#sink.resume();
  }

  authenticated(user: Jid): void {
    if (this.#user !== undefined) throw new Error('a stream has one identity');
    this.#user = user;
    this.#sink.limits(this.#options.limitsAfterAuth);
    this.#sink.phase('bind');
  }

  authenticationFailed(): void {
    if (++this.#authFailures < this.#options.maxAuthFailures) return;
    this.close(new StreamError('policy-violation', 'Too many failed attempts to authenticate'));
  }

  bindingFailed(): void {
    if (++this.#bindFailures < MAX_BIND_FAILURES) return;
    this.close(new StreamError('policy-violation', 'Too many failed attempts to bind a resource'));
  }

  startTls(proceed: Element): void {
    const domain = this.#host?.domain;
    if (this.#state === 'closed' || domain === undefined) return;
    // Whoever could write into the connection would speak with the voice of the encrypted stream (RFC 6120 §5.4.3.3).
    if (this.#sink.hasInput) throw new StreamError('policy-violation', 'Nothing may follow <starttls/> in clear');
    this.send(proceed);
    this.exchange = undefined;
    this.restart();
    this.#sink.startTls(domain);
  }

  restart(): void {
    if (this.#state === 'closed') return;
    this.#state = 'header';
    this.#answered = false;
    this.#sink.restart();
  }

  async bind(resource: string | undefined, announce: (jid: Jid) => Element): Promise<void> {
    const host = this.#host;
    const user = this.#user;
    if (host === undefined || user === undefined) throw new StanzaError('not-authorized');
    const early: string[] = [];
    this.#early = early;
    let session: BoundSession;
    try {
      session = await host.bind(this, user, resource);
    } finally {
      this.#early = undefined;
    }
    if (this.#state === 'closed') return session.streamEnded({ kind: 'lost' }); // while the host was asked
    this.#session = session;
    this.#state = 'bound';
    this.#sink.phase('open');
    this.send(announce(session.jid));
    for (const wire of early) this.#sink.write(wire);
  }

  close(error?: StreamError): void {
    this.#end(error === undefined ? { kind: 'ended' } : { kind: 'ended', error });
  }

  /** Why that header is refused in the present state, if it is. */
  #refusal({ to, from }: ClientHeader, host: StreamHost | undefined): StreamError | undefined {
    if (this.#host !== undefined && to !== this.#host.domain) {
      return new StreamError('policy-violation', "The 'to' of the stream header must stay the same");
    }
    if (host === undefined) {
      return new StreamError('host-unknown', to === undefined ? "The stream header needs a 'to'" : undefined);
    }
    // §4.9.3.9
    return this.#user !== undefined && from !== undefined && !from.equals(this.#user)
      ? new StreamError('invalid-from')
      : undefined;
  }

  #answer(to: Jid | undefined, versioned: boolean): void {
    this.#answered = true;
    this.#id = randomId();
    this.#sink.write(headerWire(this.#id, this.#host?.domain ?? '', to?.key, versioned));
  }

  #offer(): void {
    const offers: Element[] = [];
    let leads = this.#user !== undefined;
    for (const feature of this.#host?.features() ?? []) {
      const offer = feature.offer(this);
      if (offer === undefined) continue;
      offers.push(offer);
      leads ||= feature.informs !== true;
    }
    if (!leads) {
      return this.close(new StreamError('policy-violation', 'There is no way to authenticate on this stream'));
    }
    this.#sink.write(featuresWire(offers));
  }

  /** Anything but a stanza of a bound stream. */
  #negotiate(stanza: Stanza): void | Promise<void> {
    if (this.#state === 'closed') return;
    for (const feature of this.#host?.features() ?? []) {
      if (feature.takes(this, stanza)) return feature.handle(this, stanza);
    }
    if (stanza.name === 'error' && stanza.ns === NS_STREAM) return this.closeTag(); // the client gives up (§4.9.1.1)
    if (stanza.ns === NS_SERVER) throw new StreamError('invalid-namespace'); // §4.8.3
    if (!isStanza(stanza)) throw new StreamError('unsupported-stanza-type');
    this.#refuseStanza(stanza);
  }

  /**
   * A stanza on a stream that is not bound. Before authentication that is the end (§4.9.3.12), and so it is after that for
   * one that is not for the server or the account itself (§7.1); those are refused with a stanza error.
   */
  #refuseStanza(stanza: Stanza): void {
    if (this.#user === undefined || !this.#isForUs(stanza.to)) throw new StreamError('not-authorized');
    const error = new StanzaError('not-authorized', 'Bind a resource first');
    const reply = errorReply(stanza.with({ from: undefined }), error);
    if (reply !== undefined) this.send(reply.tree());
  }

  #isForUs(to: string | undefined): boolean {
    if (to === undefined) return true;
    const jid = Jid.parse(to);
    return jid !== undefined && (jid.key === this.#host?.domain || jid.key === this.#user?.key);
  }

  #finish(kind: 'closed' | 'lost'): void | Promise<void> {
    if (this.#closing !== undefined || this.#state === 'closed') return;
    this.#closing = kind;
    const pending = this.#session?.settled();
    if (pending === undefined) return this.#end({ kind });
    this.#sink.phase('finish');
    return pending.then(() => this.#end({ kind }));
  }

  #end(end: StreamEnd): void {
    if (this.#state === 'closed') return;
    if (!this.#answered && end.error !== undefined) this.#answer(undefined, true);
    if (end.error !== undefined) this.#sink.write(errorWire(end.error));
    if (this.#answered) this.#sink.write(CLOSE_TAG);
    this.#state = 'closed';
    const session = this.#session;
    this.#session = undefined;
    this.exchange = undefined;
    this.#sink.close();
    try {
      session?.streamEnded(end);
    } catch (error) {
      this.#sink.fault(error);
    }
  }
}

function isStanza({ name, ns }: Stanza): boolean {
  return ns === NS_CLIENT && (name === 'message' || name === 'iq' || name === 'presence');
}
