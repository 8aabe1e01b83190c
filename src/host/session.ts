/** A bound resource (RFC 6120 §7): what the server knows of one client, whether or not it is connected right now. */
import type { Jid } from '../jid/jid.ts';
import type { StreamError } from '../stanza/stream-error.ts';
import type { BoundSession, StreamEnd } from '../stream/interface.ts';
import { PrefixCounter } from '../util/prefix-counter.ts';
import { Ring } from '../util/ring.ts';
import { NS_CLIENT } from '../xml/namespaces.ts';
import { Stamp } from '../xml/stamp.ts';
import type { Stanza } from '../xml/stanza.ts';
import type { Host } from './host.ts';
import type { Origin } from './origin.ts';
import { ReleaseQueue } from './release-queue.ts';

/** What a session needs of the connection below it. */
export interface SessionLink {
  /** IP address of the client. */
  readonly address?: string;
  /** How the connection is encrypted; `undefined` if it is not. */
  readonly channel?: { readonly protocol: string; readonly cipher: string } | undefined;
  /** False while more output waits than should: the session takes up nothing more then, and `relieve` tells it. */
  readonly writable: boolean;
  /** The SASL mechanism by which the client logged in. */
  readonly mechanism?: string | undefined;
  /** Write one stanza as latin1 bytes; never blocks. */
  write(wire: string): void;
  /** Stop and go on reading from the client. */
  pause(): void;
  resume(): void;
  /** Close the stream, with that error where there is one. */
  close(error?: StreamError): void;
}

/** Stanzas that may wait between a client and the router before its socket is paused. */
const MAX_WAITING = 256;
/** Bytes that may wait likewise. */
const MAX_WAITING_BYTES = 1024 * 1024;
/** `get` requests of one session whose answers may be outstanding. */
const MAX_GETS = 16;

/** One bound resource. Its stanzas are processed in the order of their arrival. */
export class Session implements Origin, BoundSession {
  /** Random and unique; never reused. */
  readonly sid: string;
  readonly host: Host;
  /** Full JID. */
  readonly jid: Jid;
  /** Canonical bare JID. */
  readonly user: string;
  /** What the server writes on its messages and presence: whom they are from, and the language of the stream. */
  readonly stamp: Stamp;
  /** And on its iqs, which have no text in any language. */
  readonly iqStamp: Stamp;
  readonly release: ReleaseQueue;
  /** Counts what was received and finished: the `h` of XEP-0198. */
  readonly handled = new PrefixCounter();
  /** The last available presence that was broadcast; `undefined` while unavailable. */
  presence: Stanza | undefined;
  /** `SessionFlag` bits and priority as published in the registry; changed through `Sessions.flag`. */
  flags = 0;
  priority = 0;
  readonly #link: SessionLink;
  /** Stanzas that wait, and what is to be done between them. */
  readonly #input = new Ring<Stanza | (() => void)>();
  #inputBytes = 0;
  #busy = false;
  /** Nothing is under way, and what waits does so because the client does not read. */
  #stalled = false;
  #gets = 0;
  #paused = false;
  #ended = false;
  /** Set once somebody waits for everything to be answered. */
  #settled: PromiseWithResolvers<void> | undefined;

  constructor(sid: string, host: Host, jid: Jid, link: SessionLink, lang: string | undefined) {
    this.sid = sid;
    this.host = host;
    this.jid = jid;
    this.user = jid.bare.key;
    this.stamp = new Stamp(jid.toString(), lang);
    this.iqStamp = lang === undefined ? this.stamp : new Stamp(jid.toString(), undefined);
    this.#link = link;
    this.release = new ReleaseQueue(
      () => this.relieve(),
      (error) => host.log.error({ err: error, jid: jid.toString() }, 'an output failed'),
    );
  }

  get session(): Session {
    return this;
  }

  /** Where the client is, how its connection is encrypted, and how it logged in. */
  get connection(): Pick<SessionLink, 'address' | 'channel' | 'mechanism'> {
    return this.#link;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** May one more `get` be answered while later stanzas go on? */
  get mayOverlap(): boolean {
    return this.#gets < MAX_GETS;
  }

  /** Count `get` requests whose answers are outstanding. */
  overlap(change: 1 | -1): void {
    this.#gets += change;
  }

  /** Take a stanza from the client. */
  receive(stanza: Stanza): void {
    if (this.#ended) return;
    if (this.host.server.requests.settle(this.jid, stanza)) {
      this.finished(this.handled.begin()); // never waits behind what may be waiting for it
      return;
    }
    if (this.#waits()) {
      this.#input.push(stanza);
      this.#inputBytes += stanza.bytes;
    } else this.#process(stanza);
    this.#pauseIfCrowded();
  }

  /** Do something in the order of the client's stanzas: when all that came before are begun, and none that comes after. */
  inTurn(work: () => void): void {
    if (!this.#waits()) return work();
    this.#input.push(work);
    this.#pauseIfCrowded();
  }

  /** Write a stanza to the client; false if the session is over. */
  deliver(stanza: Stanza): boolean {
    if (this.#ended) return false;
    const hook = this.host.hooks['session/deliver'];
    if (hook.size === 0) this.#link.write(stanza.wire(NS_CLIENT));
    else {
      const event = { session: this, stanza, held: false };
      void hook.emit(event); // its handlers are synchronous: the order of a connection is that of these calls
      if (!event.held) this.#link.write(event.stanza.wire(NS_CLIENT));
    }
    return true;
  }

  /** Replies to the client's own stanzas. */
  reply(stanza: Stanza): void {
    this.deliver(stanza);
  }

  finished(seq: number): void {
    if (seq >= 0) this.handled.finish(seq);
    if (this.#settled !== undefined) this.#settle(this.#settled);
  }

  settled(): Promise<void> | undefined {
    if (this.#isSettled()) return undefined;
    this.#settled ??= Promise.withResolvers<void>();
    return this.#settled.promise;
  }

  /** Close the stream below; the session ends with it. */
  close(error?: StreamError): void {
    this.#link.close(error);
  }

  /**
   * The stream is over, and with it the session: nothing more is delivered or taken in. What was taken in is still
   * processed.
   */
  streamEnded(end: StreamEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#stalled) this.#goOn();
    const left = this.host.server.deadlines.within(this.#left(end), 'end of a session').catch((error: unknown) => {
      this.host.log.error({ err: error, jid: this.jid.toString() }, 'ending a session failed');
    });
    this.host.sessions.ending(left);
  }

  /** Go on if there is room again. */
  relieve(): void {
    if (this.#stalled) this.#goOn();
    if (this.#settled !== undefined) this.#settle(this.#settled);
    if (!this.#paused || this.#ended || this.#crowded()) return;
    this.#paused = false;
    this.#link.resume();
  }

  async #left(end: StreamEnd): Promise<void> {
    await this.host.sessions.unbind(this);
    await this.host.hooks['session/closed'].emit({ session: this, end });
  }

  #process(stanza: Stanza): void {
    const pending = this.host.server.router.receive(this, this.host, this.jid, stanza, this.handled.begin());
    if (pending === undefined) return;
    this.#busy = true;
    void pending.then(
      () => this.#next(),
      (error: unknown) => {
        this.host.log.error({ err: error, jid: this.jid.toString() }, 'stanza processing failed');
        this.#next();
      },
    );
  }

  /** Must what comes stand in line? A client that does not read what it asked for gets nothing else it asks for. */
  #waits(): boolean {
    if (!this.#busy && !this.#link.writable) this.#stalled = true;
    return this.#busy || this.#stalled;
  }

  #next(): void {
    this.#busy = false;
    this.#goOn();
    this.relieve();
  }

  #goOn(): void {
    while (!this.#busy) {
      this.#stalled = !this.#ended && !this.#link.writable;
      if (this.#stalled) return;
      const next = this.#input.shift();
      if (next === undefined) break;
      if (typeof next === 'function') {
        next();
        continue;
      }
      this.#inputBytes -= next.bytes;
      this.#process(next);
    }
  }

  #settle({ resolve }: PromiseWithResolvers<void>): void {
    if (this.#isSettled()) resolve();
  }

  #isSettled(): boolean {
    return !this.#busy && this.#input.length === 0 && this.handled.open === 0 && this.release.length === 0;
  }

  #pauseIfCrowded(): void {
    if (this.#paused || !this.#crowded()) return;
    this.#paused = true;
    this.#link.pause();
  }

  #crowded(): boolean {
    return (
      this.host.server.storage.congested ||
      this.#input.length + this.release.length >= MAX_WAITING ||
      this.#inputBytes + this.release.bytes >= MAX_WAITING_BYTES
    );
  }
}
