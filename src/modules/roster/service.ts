/** The roster as other modules see it (RFC 6121 §2, §3). */
import { service } from '../../host/services.ts';
import type { Unit } from '../../storage/unit.ts';
import type { Stanza } from '../../xml/stanza.ts';

/** Who sees whose presence (RFC 6121 §2.1.2.5): `to`: we see the contact's, `from`: the contact sees ours. */
export type Subscription = 'none' | 'to' | 'from' | 'both';

/** What an account knows of one contact. Immutable. */
export interface RosterItem {
  /** Do clients see it? A contact who only asked for a subscription is not in the roster yet (RFC 6121 §3.1.3). */
  readonly listed: boolean;
  /** The user's name for the contact (§2.1.2.4). */
  readonly name: string | undefined;
  readonly groups: readonly string[];
  readonly subscription: Subscription;
  /** We asked for a subscription and had no answer: "pending out" (§2.1.2.2). */
  readonly ask: boolean;
  /** A subscription that the contact may ask for is approved in advance (§3.4). */
  readonly approved: boolean;
  /** The contact's request that waits for an answer, as XML: "pending in". */
  readonly request: string | undefined;
}

/** Items by the contact's canonical bare JID, those that are not listed included. Shared: never change one. */
export type RosterItems = ReadonlyMap<string, RosterItem>;

/** Rosters of the accounts of one host. Users and contacts are canonical bare JIDs. */
export interface Roster {
  /** Most listed items an account may have before it cannot add more. */
  readonly maxItems: number;
  /** Most requests that may wait for an account's answer before more of them are ignored. */
  readonly maxPending: number;
  /** The items of an account, as of all changes submitted before; at once when warm. */
  items(user: string): RosterItems | Promise<RosterItems>;
  /** May the contact see the user's presence, and what depends on that? Of one's own account, always. */
  isSubscribed(user: string, contact: string): boolean | Promise<boolean>;
  /**
   * Change one item as a part of `unit`, and tell the account's interested resources once that is committed (§2.1.6).
   * @param change pure, called by the writer; `undefined`: no item
   * @param notice a stanza that these resources get before the push
   */
  change(
    unit: Unit,
    user: string,
    contact: string,
    change: (item: RosterItem | undefined) => RosterItem | undefined,
    notice?: Stanza,
  ): void;
}

export const Roster = service<Roster>('roster');

declare module '../../host/events.ts' {
  interface HostEvents {
    /** An item was changed, and that is committed. */
    'roster/changed': {
      readonly user: string;
      readonly contact: string;
      readonly before: RosterItem | undefined;
      readonly after: RosterItem | undefined;
    };
  }
}

/** Does the contact see our presence? */
export function sees(item: RosterItem | undefined): boolean {
  return item?.subscription === 'from' || item?.subscription === 'both';
}

/** Do we see the contact's presence? */
export function isSeen(item: RosterItem | undefined): boolean {
  return item?.subscription === 'to' || item?.subscription === 'both';
}

/** How many contacts clients see. */
export function countListed(items: RosterItems): number {
  let count = 0;
  for (const item of items.values()) if (item.listed) count++;
  return count;
}
