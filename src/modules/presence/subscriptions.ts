/** Subscription stanzas and probes on their way out of and into accounts (RFC 6121 §3, §4.3). */
import type { AuthProvider } from '../../host/auth.ts';
import type { StanzaEvent } from '../../host/stanza-event.ts';
import type { Jid } from '../../jid/jid.ts';
import { StanzaError } from '../../stanza/errors.ts';
import { presenceType } from '../../stanza/presence.ts';
import { andThen } from '../../util/and-then.ts';
import type { Stanza } from '../../xml/stanza.ts';
import { countListed, sees, type Roster, type RosterItems } from '../roster/service.ts';
import type { CurrentPresence } from './current-presence.ts';
import { plainPresence, subscriptionType } from './protocol.ts';
import type { SubscriptionType } from './subscription-states.ts';
import { inbound, outbound } from './subscription.ts';

/** Largest request that is kept with all it contains, in bytes; of a larger one it is kept that there was one. */
const MAX_REQUEST = 16_384;

/** What the handlers use; roster and accounts may come and go. */
export interface SubscriptionParts {
  readonly roster: () => Roster | undefined;
  readonly auth: () => AuthProvider | undefined;
  readonly current: CurrentPresence;
  /** Told of a request that was ignored because too many are waiting. */
  readonly ignored: () => void;
}

/** Handles what is not presence information. */
export class Subscriptions {
  readonly #parts: SubscriptionParts;

  constructor(parts: SubscriptionParts) {
    this.#parts = parts;
  }

  /** A client's subscription stanza: it goes on from account to account (§3.1.2), if the state lets it. */
  outgoing(event: StanzaEvent): void | Promise<void> {
    const { stanza, user, to } = event;
    const type = subscriptionType(stanza);
    if (type === undefined || to === undefined) return;
    const contact = to.bare.key;
    const roster = this.#parts.roster();
    if (contact === user || roster === undefined) return event.drop();
    event.stanza = stanza.with({ from: user, to: contact });
    return andThen(roster.items(user), (items) => send(event, roster, items, type, contact));
  }

  /** A contact's subscription stanza or probe for an account of this host. */
  incoming(event: StanzaEvent): void | Promise<void> {
    const { stanza, user, to, from } = event;
    if (to?.local === undefined) return;
    const type = subscriptionType(stanza);
    if (type === undefined && presenceType(stanza) !== 'probe') return;
    const roster = this.#parts.roster();
    if (roster === undefined) return event.drop();
    if (type === undefined) {
      event.drop();
      return andThen(roster.isSubscribed(user, from.bare.key), (allowed) => this.#answerProbe(user, from, allowed));
    }
    event.stanza = stanza.with({ from: from.bare.key, to: user });
    return andThen(roster.items(user), (items) => this.#receive(event, roster, items, type));
  }

  /** §4.3.2: the same for an account that there is not as for one that has not let the asking one in. */
  #answerProbe(user: string, from: Jid, allowed: boolean): void {
    if (allowed) this.#parts.current.tell(user, from.key);
    else this.#parts.current.send(plainPresence(user, from.bare.key, 'unsubscribed'));
  }

  #receive(event: StanzaEvent, roster: Roster, items: RosterItems, type: SubscriptionType): void | Promise<void> {
    const { user, stanza } = event;
    const contact = event.from.bare.key;
    const item = items.get(contact);
    if (type === 'subscribe' && sees(item)) {
      event.drop();
      return whenWritten(event, () => this.#confirm(user, contact));
    }
    const request = type === 'subscribe' ? keep(stanza) : '';
    const step = inbound(type, item, request);
    if (step.item === item) return event.drop();
    if (type === 'subscribe') {
      if (tooManyPending(items, roster.maxPending)) {
        this.#parts.ignored();
        return event.drop();
      }
      if (items.size === 0) return this.#receiveFirst(event, roster, request);
    }
    // What the user's clients must know is told by the roster, before its push (§3.1.6, §3.2.3, §3.3.3).
    const notice = type === 'subscribe' ? undefined : stanza;
    roster.change(event.unit, user, contact, (now) => inbound(type, now, request).item, notice);
    if (type !== 'subscribe' || !step.passes) event.drop();
  }

  /** The first request to an account: nothing is kept for one that there is not. */
  async #receiveFirst(event: StanzaEvent, roster: Roster, request: string): Promise<void> {
    const auth = this.#parts.auth();
    const name = event.to?.local;
    if (auth !== undefined && name !== undefined && !(await auth.exists(name))) return event.drop();
    const contact = event.from.bare.key;
    roster.change(event.unit, event.user, contact, (now) => inbound('subscribe', now, request).item);
  }

  /** §3.1.3: who is subscribed already is told so, and how things are. */
  #confirm(user: string, contact: string): void {
    const origin = this.#parts.current.origin();
    this.#parts.current.send(plainPresence(user, contact, 'subscribed'), origin);
    this.#parts.current.tell(user, contact, origin);
  }
}

function send(event: StanzaEvent, roster: Roster, items: RosterItems, type: SubscriptionType, contact: string): void {
  const item = items.get(contact);
  const step = outbound(type, item);
  if (step.item !== item) {
    if (step.item?.listed === true && item?.listed !== true && countListed(items) >= roster.maxItems) {
      throw new StanzaError('not-allowed', 'Your roster is full');
    }
    roster.change(event.unit, event.user, contact, (now) => outbound(type, now).item);
  }
  if (!step.passes) event.drop();
}

/** Once the sender's side of it is stored, if it is an account of this server: what answers it would not fit before. */
function whenWritten(event: StanzaEvent, work: () => void): void {
  if (event.written === undefined) return work();
  event.unit.ticket.onSettled({
    settled: ({ error }) => {
      if (error === undefined) queueMicrotask(work);
    },
  });
}

function tooManyPending(items: RosterItems, limit: number): boolean {
  let pending = 0;
  for (const { request } of items.values()) if (request !== undefined) pending++;
  return pending >= limit;
}

/** The request as it will be delivered again (§3.1.3), as XML. */
function keep(request: Stanza): string {
  return request.bytes > MAX_REQUEST ? '' : Buffer.from(request.wire(''), 'latin1').toString();
}
