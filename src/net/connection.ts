/** One TCP connection: its output in one write per loop turn and within bounds, its input to whoever owns it. */
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { SecureChannel } from '../stream/interface.ts';
import type { Expirable, TimingWheel } from '../util/timing-wheel.ts';
import type { OutputLimits } from './interface.ts';
import { flushLater, type Flushable } from './loop-turn.ts';
import { requestedName } from './tls/client-hello.ts';
import { secureSocket, TlsChannel, type TlsCredentials, type TlsStart } from './tls/secure-socket.ts';

/** Whose connection it is. */
export interface ConnectionOwner {
  /** Bytes came in; the buffer is the owner's. */
  received(chunk: Buffer): void;
  /** More output is waiting than should be, or that is over. */
  congestionChanged(congested: boolean): void;
  /** The connection is being cut because its client does not read. */
  cut(reason: CutReason): void;
  /** The first bytes of TLS came in. */
  handshakeStarted(): void;
  /** From now on there is a `channel`. */
  secured(): void;
  /** Nothing more will come in. */
  inputEnded(): void;
  /** The connection is gone. Called once. */
  gone(): void;
}

/** Why a connection was cut. */
export type CutReason = 'overflow' | 'stall';

/** Bytes handed to the socket at once. Progress is seen when all of them are gone. */
const SLICE = 65_536;
/** Likewise under TLS: for a write of 16 384 and more, Node's engine makes a buffer of that size and keeps it. */
const TLS_SLICE = 16_000;

const CONNECTION = Symbol('connection');
type OwnedSocket = Socket & { [CONNECTION]: Connection };

/**
 * What is written is kept until the loop turn ends, then handed over. While the kernel takes no more, what comes is kept
 * on, up to the limits.
 */
export class Connection implements Flushable, Expirable {
  #socket: Socket;
  readonly #owner: ConnectionOwner;
  readonly #limits: OutputLimits;
  readonly #wheel: TimingWheel;
  /** Deadline for progress, armed while the socket holds bytes. */
  readonly #progress: number;
  /** Bytes to write, one character each. */
  #output = '';
  /** Bytes that the socket holds. */
  #inFlight = 0;
  #flushing = false;
  #ending = false;
  #gone = false;
  #congested = false;
  /** Set while the first bytes of TLS are waited for: no output goes out. */
  #tls: TlsStart | undefined;
  /** What has come of a direct handshake that does not say yet which host it is for. */
  #hello: Buffer | undefined;
  #handshaking = false;
  #channel: SecureChannel | undefined;
  #slice = SLICE;

  constructor(socket: Socket, owner: ConnectionOwner, limits: OutputLimits, wheel: TimingWheel) {
    this.#socket = socket;
    this.#owner = owner;
    this.#limits = limits;
    this.#wheel = wheel;
    this.#progress = wheel.add(this);
    this.#listen(socket);
  }

  /** How the connection is encrypted, once it is. */
  get channel(): SecureChannel | undefined {
    return this.#channel;
  }

  /** Bytes that wait to be sent. */
  get waiting(): number {
    return this.#output.length + this.#inFlight;
  }

  /** Is more waiting than should be? */
  get congested(): boolean {
    return this.#congested;
  }

  /** Send bytes, one character each. Does nothing after `end`. */
  write(wire: string): void {
    if (this.#ending || this.#gone) return;
    this.#output += wire;
    this.#flushLater();
    if (this.#output.length > this.#limits.soft) this.#overfull();
  }

  /** Send what waits in clear; from then on everything is TLS, which begins with the next bytes that come in. */
  startTls(start: TlsStart): void {
    if (this.#gone) return;
    if (this.#inFlight === 0) this.#send();
    this.#tls = start;
  }

  /** Send what waits, then end our side. */
  end(): void {
    if (this.#ending || this.#gone) return;
    this.#ending = true;
    if (this.#tls !== undefined || this.#handshaking) return this.destroy(); // nothing may be said before TLS
    this.#flushLater();
  }

  /** Cut the connection; what waits is lost. */
  destroy(): void {
    this.#socket.destroy();
  }

  /** Stop reading: at most a buffer more comes in. */
  pauseInput(): void {
    this.#socket.pause();
  }

  resumeInput(): void {
    this.#socket.resume();
  }

  flush(): void {
    this.#flushing = false;
    if (!this.#gone && this.#inFlight === 0) this.#send();
  }

  /** No progress for too long. */
  expired(): void {
    this.#cut('stall');
  }

  receive(chunk: Buffer): void {
    if (this.#tls === undefined) this.#owner.received(chunk);
    else this.#encrypt(chunk, this.#tls);
  }

  /** The handshake is done. */
  secured(socket: TLSSocket, credentials: TlsCredentials): void {
    this.#handshaking = false;
    this.#channel = new TlsChannel(socket, credentials);
    this.#owner.secured();
  }

  inputEnded(): void {
    this.#owner.inputEnded();
  }

  /** The socket has got rid of what it held. */
  drained(): void {
    if (this.#gone) return;
    this.#inFlight = 0;
    this.#wheel.disarm(this.#progress);
    this.#send();
  }

  closed(): void {
    this.#gone = true;
    this.#output = '';
    this.#wheel.remove(this.#progress);
    this.#owner.gone();
  }

  #listen(socket: Socket): void {
    Object.assign(socket, { [CONNECTION]: this });
    socket.on('data', onData);
    socket.on('end', onEnd);
    socket.on('drain', onDrain);
    socket.on('error', onError);
    socket.on('close', onClose);
  }

  /** Put TLS between the socket and us. */
  #encrypt(chunk: Buffer, start: TlsStart): void {
    if (this.#output !== '') return this.destroy(); // it has not even read what comes before TLS
    if (this.#hello === undefined) this.#owner.handshakeStarted();
    let first = chunk;
    let { credentials } = start;
    if (start.byName !== undefined) {
      first = this.#hello === undefined ? chunk : Buffer.concat([this.#hello, chunk]);
      const requested = requestedName(first);
      this.#hello = first;
      if (requested === 'incomplete') return;
      if (requested.name !== undefined) credentials = start.byName(requested.name);
      this.#hello = undefined;
    }
    const clear = this.#socket;
    // 'error' keeps its listener, for what TLS does not pass on
    clear.off('data', onData).off('end', onEnd).off('drain', onDrain).off('close', onClose);
    const secure = secureSocket(clear, first, credentials, start.byName !== undefined);
    secure.once('secure', () => this.secured(secure, credentials));
    this.#tls = undefined;
    this.#handshaking = true;
    this.#socket = secure;
    this.#slice = TLS_SLICE;
    this.#inFlight = 0;
    this.#wheel.disarm(this.#progress);
    this.#listen(secure);
  }

  #flushLater(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    flushLater(this);
  }

  /** Hand over slices as long as the kernel takes them at once. */
  #send(): void {
    if (this.#tls !== undefined) return;
    while (this.#output !== '' && this.#inFlight === 0) {
      let slice = this.#output;
      if (slice.length > this.#slice) {
        slice = this.#output.slice(0, this.#slice);
        this.#output = this.#output.slice(this.#slice);
      } else this.#output = '';
      this.#socket.write(slice, 'latin1');
      this.#inFlight = this.#socket.writableLength;
    }
    if (this.#inFlight > 0) this.#wheel.arm(this.#progress, this.#limits.stall);
    else if (this.#ending) this.#socket.end();
    if (this.#congested && this.waiting <= this.#limits.soft / 2) this.#setCongested(false);
  }

  /** Much was written in one turn, or the client does not keep up. */
  #overfull(): void {
    if (this.#inFlight === 0) this.#send();
    if (this.waiting > this.#limits.hard) this.#cut('overflow');
    else if (!this.#congested && this.waiting > this.#limits.soft) this.#setCongested(true);
  }

  #setCongested(congested: boolean): void {
    this.#congested = congested;
    this.#owner.congestionChanged(congested);
  }

  #cut(reason: CutReason): void {
    this.#owner.cut(reason);
    this.#ending = true;
    this.#output = '';
    this.#socket.destroy();
  }
}

// Shared by all sockets, so that a connection costs no closures.

function onData(this: OwnedSocket, chunk: Buffer): void {
  this[CONNECTION].receive(chunk);
}

function onEnd(this: OwnedSocket): void {
  this[CONNECTION].inputEnded();
}

function onDrain(this: OwnedSocket): void {
  this[CONNECTION].drained();
}

function onError(): void {
  // 'close' follows, and how a connection broke makes no difference
}

function onClose(this: OwnedSocket): void {
  this[CONNECTION].closed();
}
