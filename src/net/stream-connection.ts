/** A client's connection: bytes to tokens, tokens to its stream, and the deadlines of that stream. */
import type { Socket } from 'node:net';
import { C2sStream } from '../stream/c2s-stream.ts';
import type { SecureChannel, StreamPhase, StreamSink } from '../stream/interface.ts';
import type { Expirable, TimingWheel } from '../util/timing-wheel.ts';
import type { XmlLimits } from '../xml/limits.ts';
import { XmlReader, type XmlToken } from '../xml/reader.ts';
import { Connection, type ConnectionOwner, type CutReason } from './connection.ts';
import type { C2sListenOptions } from './interface.ts';
import { readLater, type Readable } from './loop-turn.ts';
import type { TlsCredentials } from './tls/secure-socket.ts';

/** Tokens taken from one client in one loop turn; then it is the others' turn. */
const TOKENS_PER_TURN = 100;

/** Reasons not to take the next token. */
const SESSION = 1;
const PENDING = 2;
const OUTPUT = 4;
const TURN = 8;

/** What a connection waits for. */
type ConnectionPhase = StreamPhase | 'tls' | 'close';

/** What a connection needs of the service it belongs to. */
export interface StreamService {
  readonly options: C2sListenOptions;
  readonly wheel: TimingWheel;
  /** The certificate of a host, or for a client that names none; `undefined` where there is none. */
  credentials(domain: string | undefined): TlsCredentials | undefined;
  /** The client has authenticated. */
  authenticated(connection: StreamConnection): void;
  /** TLS is established. */
  secured(connection: StreamConnection): void;
  /** The client took too long. */
  expired(connection: StreamConnection): void;
  /** The client does not read what is sent to it. */
  cut(connection: StreamConnection, reason: CutReason): void;
  /** Something was thrown that is no fault of the client's. */
  faulty(connection: StreamConnection, error: unknown): void;
  /** The connection is gone. */
  remove(connection: StreamConnection): void;
}

/** Reads from a client as fast as its stream, its session and its own reading allow. */
export class StreamConnection implements ConnectionOwner, Expirable, Readable, StreamSink {
  readonly address: string;
  readonly stream: C2sStream;
  readonly #service: StreamService;
  readonly #connection: Connection;
  readonly #reader: XmlReader;
  /** Deadline of the present phase. */
  readonly #deadline: number;
  #phase: ConnectionPhase = 'header';
  /** Reasons not to take the next token, as bits. */
  #holds = 0;
  #pulling = false;
  #scheduled = false;
  #inputPaused = false;
  #inputEnded = false;
  #gone = false;

  constructor(service: StreamService, socket: Socket, address: string) {
    this.#service = service;
    this.address = address;
    this.#connection = new Connection(socket, this, service.options.output, service.wheel);
    this.#reader = new XmlReader(service.options.limitsBeforeAuth);
    this.stream = new C2sStream(this, service.options, address);
    this.#deadline = service.wheel.add(this);
    service.wheel.arm(this.#deadline, service.options.deadlines.header);
    if (service.options.direct === true) this.#directTls();
  }

  get phaseName(): ConnectionPhase {
    return this.#phase;
  }

  // From the connection

  received(chunk: Buffer): void {
    if (this.stream.state === 'closed') return;
    this.#reader.push(chunk);
    if (this.#holds === 0) this.#pull();
    else this.#pauseInput();
  }

  congestionChanged(congested: boolean): void {
    if (congested) {
      this.#holds |= OUTPUT;
      return;
    }
    this.#holds &= ~OUTPUT;
    this.#readLater();
  }

  cut(reason: CutReason): void {
    this.#service.cut(this, reason);
  }

  handshakeStarted(): void {
    this.#arm('tls');
  }

  secured(): void {
    this.#arm('header');
    this.#service.secured(this);
  }

  inputEnded(): void {
    this.#inputEnded = true;
    if (this.#holds === 0) this.#pull();
  }

  gone(): void {
    this.#gone = true;
    this.#service.wheel.remove(this.#deadline);
    this.#service.remove(this);
    this.stream.eof();
  }

  readWaiting(): void {
    this.#scheduled = false;
    this.#holds &= ~TURN;
    this.stream.relieved();
    if (this.#holds === 0) this.#pull();
  }

  /** The client took too long for the present phase. */
  expired(): void {
    this.#service.expired(this);
    if (this.#phase === 'close' || this.#phase === 'tls') this.#connection.destroy();
    else this.stream.timeout();
  }

  // From the stream

  get writable(): boolean {
    return !this.#connection.congested;
  }

  get channel(): SecureChannel | undefined {
    return this.#connection.channel;
  }

  get hasInput(): boolean {
    return this.#reader.buffered > 0;
  }

  startTls(domain: string): void {
    const credentials = this.#service.credentials(domain);
    if (credentials === undefined) return this.#connection.destroy(); // it was there when STARTTLS was offered
    this.#arm('header');
    this.#connection.startTls({ credentials });
  }

  write(wire: string): void {
    this.#connection.write(wire);
  }

  restart(): void {
    this.#reader.restart();
  }

  limits(limits: XmlLimits): void {
    this.#reader.limits = limits;
  }

  phase(phase: StreamPhase): void {
    if (this.#gone) return;
    if (phase === 'open') {
      this.#phase = phase;
      this.#service.wheel.disarm(this.#deadline);
    } else this.#arm(phase);
    if (phase === 'bind') this.#service.authenticated(this);
  }

  pause(): void {
    this.#holds |= SESSION;
  }

  resume(): void {
    this.#release(SESSION);
  }

  fault(error: unknown): void {
    this.#service.faulty(this, error);
  }

  close(): void {
    if (this.#gone) return;
    this.#arm('close');
    this.#resumeInput(); // to see the end, and because unread input would make the kernel throw our last words away
    this.#connection.end();
  }

  /** Cut the connection. */
  destroy(): void {
    this.#connection.destroy();
  }

  #arm(phase: Exclude<ConnectionPhase, 'open'>): void {
    this.#phase = phase;
    this.#service.wheel.arm(this.#deadline, this.#service.options.deadlines[phase]);
  }

  #directTls(): void {
    const service = this.#service;
    const credentials = service.credentials(undefined);
    if (credentials === undefined) return this.#connection.destroy();
    this.#connection.startTls({ credentials, byName: (name) => service.credentials(name) ?? credentials });
  }

  /** Take tokens until there is none, or a reason not to. */
  #pull(): void {
    if (this.#pulling) return;
    this.#pulling = true;
    try {
      this.#take();
    } catch (error) {
      this.stream.fail(error);
    }
    this.#pulling = false;
    if (this.#holds !== 0) return;
    this.#resumeInput(); // only now that all of what came before is taken
    if (!this.#inputEnded) return;
    const pending = this.stream.inputEnded();
    if (pending !== undefined) this.#wait(pending);
  }

  #take(): void {
    for (let left = TOKENS_PER_TURN; this.#holds === 0 && this.stream.state !== 'closed'; left--) {
      if (left === 0) {
        this.#holds |= TURN;
        this.#readLater();
        return;
      }
      const token = this.#reader.next();
      if (token === undefined) return;
      const pending = this.#handle(token);
      if (pending !== undefined) this.#wait(pending);
    }
  }

  #handle(token: XmlToken): void | Promise<void> {
    if (token === 'stanza') return this.stream.stanza(this.#reader.stanza);
    if (token === 'close') return this.stream.closeTag();
    this.stream.open(this.#reader.header);
  }

  #wait(pending: Promise<void>): void {
    this.#holds |= PENDING;
    void pending.then(
      () => this.#release(PENDING),
      (error: unknown) => {
        this.stream.fail(error);
        this.#release(PENDING);
      },
    );
  }

  /** A reason is gone; what waited is read at the end of the turn, not in the middle of whatever made it go. */
  #release(hold: number): void {
    if ((this.#holds & hold) === 0) return;
    this.#holds &= ~hold;
    if (this.#holds === 0) this.#readLater();
  }

  #readLater(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    readLater(this);
  }

  #pauseInput(): void {
    if (this.#inputPaused || this.stream.state === 'closed') return;
    this.#inputPaused = true;
    this.#connection.pauseInput();
  }

  #resumeInput(): void {
    if (!this.#inputPaused) return;
    this.#inputPaused = false;
    this.#connection.resumeInput();
  }
}
