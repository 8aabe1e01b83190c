/** Hides accounts from addresses and shows them again, as other modules ask for (XEP-0191 v1.3 §3.3, §3.4). */
import type { Session } from '../../host/session.ts';
import { Jid } from '../../jid/jid.ts';
import { all, andThen } from '../../util/and-then.ts';
import { sees, type RosterItems } from '../roster/service.ts';
import type { CurrentPresence } from './current-presence.ts';
import type { Directed } from './directed.ts';
import { plainPresence } from './protocol.ts';
import type { PresenceFilter, Visibility } from './service.ts';

/** What it works with. */
export interface VisibilityParts {
  readonly current: CurrentPresence;
  readonly directed: Directed;
  readonly itemsOf: (user: string) => RosterItems | Promise<RosterItems>;
  readonly isHidden: PresenceFilter;
}

/** See `Visibility`. */
export class VisibleContacts implements Visibility {
  readonly #parts: VisibilityParts;

  constructor(parts: VisibilityParts) {
    this.#parts = parts;
  }

  hide(user: string, addresses: readonly Jid[], unless: (address: Jid) => boolean): void {
    const { current, itemsOf } = this.#parts;
    const origin = current.origin();
    origin.inOrder(() =>
      andThen(itemsOf(user), (items) => {
        for (const contact of seeing(items, addresses)) {
          if (!unless(contact)) current.withdraw(user, contact.key, origin);
        }
      }),
    );
  }

  show(user: string, addresses: readonly Jid[]): void {
    const { current, itemsOf, isHidden } = this.#parts;
    current.origin().inOrder(() =>
      andThen(itemsOf(user), (items) =>
        all(seeing(items, addresses), (contact) =>
          andThen(isHidden(user, contact), (hidden) => {
            if (!hidden) current.tell(user, contact.key);
          }),
        ),
      ),
    );
  }

  hideDirected(session: Session, addresses: readonly Jid[], unless: (address: Jid) => boolean): void {
    const { current, directed, itemsOf } = this.#parts;
    const keys = keysOf(addresses);
    const origin = current.origin();
    origin.inOrder(() =>
      andThen(itemsOf(session.user), (items) => {
        for (const address of directed.of(session)) {
          const jid = Jid.parse(address);
          if (jid === undefined || !names(keys, jid) || unless(jid)) continue;
          const told = session.presence !== undefined && sees(items.get(jid.bare.key));
          const unavailable = plainPresence(session.jid.key, address, 'unavailable');
          directed.note(session, address, unavailable);
          if (!told) current.send(unavailable, origin);
        }
      }),
    );
  }
}

/** Those of the addresses that see the account's presence; for a domain, its contacts that do. */
function seeing(items: RosterItems, addresses: readonly Jid[]): Jid[] {
  const keys = keysOf(addresses);
  const found: Jid[] = [];
  for (const [contact, item] of items) {
    const jid = sees(item) ? Jid.parse(contact) : undefined;
    if (jid !== undefined && names(keys, jid)) found.push(jid);
  }
  for (const jid of addresses) if (jid.isFull && sees(items.get(jid.bare.key))) found.push(jid);
  return found;
}

function keysOf(addresses: readonly Jid[]): ReadonlySet<string> {
  return new Set(addresses.map(({ key }) => key));
}

function names(keys: ReadonlySet<string>, { key, bare, domain }: Jid): boolean {
  return keys.has(key) || keys.has(bare.key) || keys.has(domain);
}
