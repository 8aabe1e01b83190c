/** One stanza on its way through the phases of its sender or of its recipient. */
import type { Jid } from '../jid/jid.ts';
import { stanzaIdElement } from '../stanza/stanza-ids.ts';
import type { Appended } from '../storage/archive-store.ts';
import type { Ticket } from '../storage/ticket.ts';
import type { Unit } from '../storage/unit.ts';
import type { Stanza } from '../xml/stanza.ts';
import type { Host } from './host.ts';
import type { Origin } from './origin.ts';
import type { Session } from './session.ts';
import type { Releasable } from './release-queue.ts';

/** The three kinds of stanza (RFC 6120 §8). */
export type StanzaKind = 'message' | 'presence' | 'iq';

/**
 * A stanza and what is known about it. All writes made for it, by the phases of sender and recipient, go into one
 * `unit` and are committed together before anything that depends on them leaves.
 */
export class StanzaEvent implements Releasable {
  /** The stanza as it is now: handlers of `transform` may replace it. */
  stanza: Stanza;
  readonly kind: StanzaKind;
  /** The host whose phases run. */
  readonly host: Host;
  readonly from: Jid;
  /** Absent where the stanza has no `to` (RFC 6120 §10.3). */
  readonly to: Jid | undefined;
  /** Where replies go and what orders the outputs. */
  readonly origin: Origin;
  /** Canonical bare JID of the account (or component address) whose phases run. */
  readonly user: string;
  /** Position among the stanzas received from the sender's session; -1 for those that are not counted. */
  readonly seq: number;
  /** The event of the sender's phases, where this is that of the recipient's and the sender had any. */
  readonly outgoing: StanzaEvent | undefined;
  /** Set by an archive: the entry that was made of the stanza for `user`. */
  archived: Appended | undefined = undefined;
  #unit: Unit | undefined;
  #stopped = false;

  constructor(
    stanza: Stanza,
    kind: StanzaKind,
    host: Host,
    from: Jid,
    to: Jid | undefined,
    origin: Origin,
    user: string,
    seq: number,
    outgoing?: StanzaEvent,
  ) {
    this.stanza = stanza;
    this.kind = kind;
    this.host = host;
    this.from = from;
    this.to = to;
    this.origin = origin;
    this.user = user;
    this.seq = seq;
    this.outgoing = outgoing;
  }

  /** The sender's session, where the sender is a client of this server. */
  get session(): Session | undefined {
    return this.origin.session;
  }

  /** The unit of this stanza's writes, made at first use; another one for what is written after it was submitted. */
  get unit(): Unit {
    if (this.outgoing !== undefined) return this.outgoing.unit;
    if (this.#unit === undefined || this.#unit.submitted) this.#unit = this.host.server.storage.unit();
    return this.#unit;
  }

  /** The unit if anything was written that is not submitted yet. */
  get written(): Unit | undefined {
    const unit = this.#openUnit();
    return unit === undefined || unit.empty ? undefined : unit;
  }

  /** Submit what was written: the ticket to wait for, if anything was. */
  submit(): Ticket | undefined {
    return this.written?.submit();
  }

  /** Nothing of what was written is kept. */
  discard(): void {
    this.#openUnit()?.discard();
  }

  #openUnit(): Unit | undefined {
    const unit = this.outgoing === undefined ? this.#unit : this.outgoing.#unit;
    return unit === undefined || unit.submitted ? undefined : unit;
  }

  /** The stanza with the id of its archive entry, once that is committed (XEP-0359 v0.7.0 §3.2). */
  identified(): Stanza {
    const id = this.archived?.id;
    return id === undefined ? this.stanza : this.stanza.append(stanzaIdElement(id, this.user));
  }

  /** True after `drop()` or `take()`: later handlers are not called, nothing is routed. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** Let the stanza vanish without an answer. */
  drop(): void {
    this.#stopped = true;
  }

  /** This handler has dealt with the stanza (`stanza/undelivered`: it is stored for later). */
  take(): void {
    this.#stopped = true;
  }

  /** Called by the sender's release queue once everything written before is committed. */
  release(failure: Error | undefined): void | Promise<void> {
    return this.host.server.router.deliver(this, failure);
  }
}
