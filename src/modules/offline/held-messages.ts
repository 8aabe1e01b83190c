/**
 * Messages that come for a resource while it is being given what waited for it: they are held back, so that none
 * overtakes an earlier one of the same sender (RFC 6120 §10.1).
 */
import type { DeliverEvent } from '../../host/events.ts';
import type { Session } from '../../host/session.ts';
import type { SessionState } from '../../host/session-state.ts';
import type { Stanza } from '../../xml/stanza.ts';

/** What may be held for one resource; at this point all of it goes out. */
const MAX_HELD = 256;
const MAX_HELD_BYTES = 1024 * 1024;

/** Messages of one session. */
export interface Held {
  readonly stanzas: Stanza[];
  bytes: number;
  /** What is delivered now is what waited: it is let through. */
  passing: boolean;
}

/** See the file's comment. */
export class HeldMessages {
  readonly #states: SessionState<Held | undefined>;
  /** Sessions for which messages are held: none most of the time, and then a message costs one look here. */
  #sessions = 0;

  constructor(states: SessionState<Held | undefined>) {
    this.#states = states;
  }

  /** Hold back messages from now on. */
  begin(session: Session): void {
    if (this.#states.get(session) !== undefined) return;
    this.#states.set(session, { stanzas: [], bytes: 0, passing: false });
    this.#sessions++;
  }

  /** Before a stanza is written to a client. */
  delivers(event: DeliverEvent): void {
    if (this.#sessions === 0 || event.held || event.stanza.name !== 'message') return;
    const held = this.#states.get(event.session);
    if (held === undefined || held.passing) return;
    if (event.stanza.from === event.session.user) return; // copies and results, which the account tells itself
    event.held = true;
    held.stanzas.push(event.stanza);
    held.bytes += event.stanza.bytes;
    if (held.stanzas.length >= MAX_HELD || held.bytes >= MAX_HELD_BYTES) this.end(event.session);
  }

  /** Deliver a message that waited; false if the session is over. */
  pass(session: Session, stanza: Stanza): boolean {
    const held = this.#states.get(session);
    if (held === undefined) return session.deliver(stanza);
    held.passing = true;
    try {
      return session.deliver(stanza);
    } finally {
      held.passing = false;
    }
  }

  /** Deliver what was held, and hold nothing more. Returns what the session, being over, did not take. */
  end(session: Session): readonly Stanza[] {
    const held = this.#states.get(session);
    if (held === undefined) return [];
    this.#states.set(session, undefined);
    this.#sessions--;
    const refused = held.stanzas.findIndex((stanza) => !session.deliver(stanza));
    return refused === -1 ? [] : held.stanzas.slice(refused);
  }
}
