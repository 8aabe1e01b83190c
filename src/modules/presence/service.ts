/** What other modules may do about who sees an account's presence. */
import { list } from '../../host/contributions.ts';
import { service } from '../../host/services.ts';
import type { Session } from '../../host/session.ts';
import type { Jid } from '../../jid/jid.ts';

/** Says whether an account (a canonical bare JID) hides from an address, whatever its subscriptions say. */
export type PresenceFilter = (user: string, address: Jid) => boolean | Promise<boolean>;

/** Every filter that modules contribute; one that says yes is enough. */
export const PresenceFilters = list<PresenceFilter>('presence_filters');

/** Presence of the accounts of one host. */
export interface Visibility {
  /**
   * Tell these addresses that the account's resources are unavailable, where they see its presence. A bare JID stands for
   * the contact, a domain for all contacts there.
   * @param unless addresses that are not told
   */
  hide(user: string, addresses: readonly Jid[], unless: (address: Jid) => boolean): void;
  /** Tell those of these addresses the same that a session of this node sent presence directly. */
  hideDirected(session: Session, addresses: readonly Jid[], unless: (address: Jid) => boolean): void;
  /** Tell these addresses the present presence, where they may see it and no filter hides it. */
  show(user: string, addresses: readonly Jid[]): void;
}

/** Provided by `presence`. */
export const Visibility = service<Visibility>('visibility');
