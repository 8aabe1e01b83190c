/**
 * What a client's stream looks like from outside: the connection below it, the host it is for, the plug-ins that negotiate
 * on it, the session above it.
 */
import type { Jid } from '../jid/jid.ts';
import type { StreamError } from '../stanza/stream-error.ts';
import type { Element } from '../xml/element.ts';
import type { XmlLimits } from '../xml/limits.ts';
import type { Stanza } from '../xml/stanza.ts';
import type { ChannelBinding, SaslExchange } from './sasl/mechanism.ts';

/**
 * What a stream waits for; each wait has its own deadline, but `open` has none. `finish`: the client closed the stream, and
 * waits for the answers to what it sent before.
 */
export type StreamPhase = 'header' | 'auth' | 'bind' | 'open' | 'finish';

/** The encryption of a connection, once its handshake is done. */
export interface SecureChannel extends ChannelBinding {
  /** `TLSv1.3`, for example. */
  readonly protocol: string;
  /** Name of the cipher suite. */
  readonly cipher: string;
  /**
   * XMPP addresses in the certificate that the client has proven to have, as they stand there (RFC 6120 §13.7.1.4); none
   * where there is no certificate, or none that the host of that domain trusts.
   */
  certified(domain: string): readonly string[];
}

/** What a stream needs of the connection below it. */
export interface StreamSink {
  /** False while more output waits than should. */
  readonly writable: boolean;
  /** `undefined` while the connection is in clear. */
  readonly channel: SecureChannel | undefined;
  /** Write bytes, one character each. Never blocks. */
  write(wire: string): void;
  /** Whether the client has sent more than what was taken so far. */
  readonly hasInput: boolean;
  /** Write what is left in clear; everything after that, in both directions, is TLS with the certificate of that host. */
  startTls(domain: string): void;
  /** Expect a new stream header (RFC 6120 §4.3.3), from the next token on. */
  restart(): void;
  /** From now on a first-level element may be of that size. */
  limits(limits: XmlLimits): void;
  /** The stream waits for something else now; the owner runs the clock, and calls `timeout` if it takes too long. */
  phase(phase: StreamPhase): void;
  /** Take nothing more from the client until `resume`. */
  pause(): void;
  resume(): void;
  /** Something was thrown that is no fault of the client's: for the log. */
  fault(error: unknown): void;
  /** The stream is over: write what is left, end our side of the connection and ignore everything that comes. */
  close(): void;
}

/** One virtual host, as its client streams see it. */
export interface StreamHost {
  /** Canonical. */
  readonly domain: string;
  /** Plug-ins, in the order in which they are offered. Asked for each time, as they may change at run time. */
  features(): readonly StreamFeature[];
  /**
   * Bind a resource (RFC 6120 §7). The session may write to the stream at once.
   * @param resource what the client asked for, not prepared
   * @throws StanzaError `bad-request`, `conflict`, `not-allowed`, `resource-constraint`
   */
  bind(stream: ClientStream, user: Jid, resource: string | undefined): BoundSession | Promise<BoundSession>;
}

/** A plug-in of client streams: something to negotiate, or a kind of first-level element that is no stanza. */
export interface StreamFeature {
  /** What it offers only tells something; there is nothing in it for a client to go on with. */
  readonly informs?: true;
  /** Child of `<stream:features/>` in the stream's present state, if there is something to offer. */
  offer(stream: ClientStream): Element | undefined;
  /** Is that first-level element for this plug-in, in the stream's present state? Stanzas of a bound stream never are. */
  takes(stream: ClientStream, element: Stanza): boolean;
  /**
   * Handle an element that it takes. While a promise is pending nothing more is taken from the client.
   * @throws StreamError to close the stream with
   */
  handle(stream: ClientStream, element: Stanza): void | Promise<void>;
}

/** How a stream ended. */
export interface StreamEnd {
  /** `closed`: by the client; `ended`: by the server; `lost`: the connection went away without a word. */
  readonly kind: 'closed' | 'ended' | 'lost';
  /** The error that it was closed with, by the server. */
  readonly error?: StreamError;
}

/** The session of a bound resource. */
export interface BoundSession {
  /** Full JID. */
  readonly jid: Jid;
  /** Take a `message`, `presence` or `iq`. */
  receive(stanza: Stanza): void;
  /** The stream is writable again. */
  relieve(): void;
  /** Resolves when all that was received is processed and answered; `undefined` if that is so already. */
  settled(): Promise<void> | undefined;
  /** The stream below is over. Called once. */
  streamEnded(end: StreamEnd): void;
}

/** `header`: no header yet, or none since a restart; `closed`: nothing more is taken or written. */
export type StreamState = 'header' | 'negotiating' | 'bound' | 'closed';

/** A client's stream as hosts, plug-ins and sessions see it. */
export interface ClientStream {
  readonly state: StreamState;
  /** Of the last header (RFC 6120 §4.7.3); empty before the first. */
  readonly id: string;
  /** The host that the client asked for; `undefined` before the first header. */
  readonly host: StreamHost | undefined;
  /** Bare JID of the authenticated account. Never changes once it is set. */
  readonly user: Jid | undefined;
  /** Full JID of the bound resource. */
  readonly jid: Jid | undefined;
  /** Its session. */
  readonly session: BoundSession | undefined;
  /** `xml:lang` of the header: the default of the client's stanzas (RFC 6120 §4.7.4). */
  readonly lang: string | undefined;
  /** Is the connection encrypted? */
  readonly secure: boolean;
  /** How it is encrypted; `undefined` if it is not. */
  readonly channel: SecureChannel | undefined;
  /** IP address of the client. */
  readonly address: string;
  /** False while more output waits for the client than should: who can wait with more should. */
  readonly writable: boolean;
  /** Limits of first-level elements in the present state. */
  readonly limits: XmlLimits;
  /** The authentication exchange under way; there is one at most, whichever plug-in runs it. */
  exchange: SaslExchange | undefined;
  /** Name of the SASL mechanism that was tried last. */
  mechanism: string | undefined;

  /** Write a stanza as bytes, one character each. Does nothing once the stream is closed. */
  write(wire: string): void;
  /** Write a first-level element. */
  send(element: Element): void;
  /** Stop and go on taking things from the client. */
  pause(): void;
  resume(): void;
  /** The client has proven to be that account. @throws Error if it had done so before */
  authenticated(user: Jid): void;
  /** An attempt to authenticate failed and the client was told; too many close the stream (RFC 6120 §6.4.5). */
  authenticationFailed(): void;
  /**
   * Write that, the last thing in clear, and expect TLS and then a new header (RFC 6120 §5.4).
   * @throws StreamError the client has sent more in clear already
   */
  startTls(proceed: Element): void;
  /** Expect a new header (RFC 6120 §4.3.3). */
  restart(): void;
  /** An attempt to bind a resource failed and the client was told; too many close the stream (RFC 6120 §7.7.3). */
  bindingFailed(): void;
  /**
   * Bind a resource and tell the client.
   * @param announce makes what is written to tell it, before anything the session writes
   * @throws StanzaError what the host's `bind` throws
   */
  bind(resource: string | undefined, announce: (jid: Jid) => Element): Promise<void>;
  /** Close the stream, with that error where there is one. */
  close(error?: StreamError): void;
}
