/** What a load did and saw, in order: the input of the checker. */

/** One thing that happened. Accounts are bare JIDs; a slot is one client of an account, whose sessions follow each other. */
export type HistoryEvent =
  /** A client sent a message; again with the same id where nothing had acknowledged it. `number` rises within a slot. */
  | {
      readonly kind: 'sent';
      readonly id: string;
      readonly from: string;
      readonly slot: string;
      readonly to: string;
      readonly number: number;
    }
  /** It was counted in an `<a/>` (XEP-0198 §4), or a ping sent after it was answered. */
  | { readonly kind: 'acked'; readonly id: string }
  /** It came back as an error. */
  | { readonly kind: 'refused'; readonly id: string; readonly condition: string }
  /** It came to a session, from a session, both full JIDs; `delayed` where it says so (XEP-0203). */
  | {
      readonly kind: 'received';
      readonly id: string;
      readonly session: string;
      readonly sender: string;
      readonly delayed: boolean;
    }
  /** It stands in an archive; told in the archive's order, once everything is over. */
  | { readonly kind: 'archived'; readonly id: string; readonly owner: string }
  /** A client asked to set an item of its account, such as a contact; `number` rises for each item. */
  | {
      readonly kind: 'asked';
      readonly owner: string;
      readonly item: string;
      readonly value: string;
      readonly number: number;
    }
  /** The change with that number was answered with a result, or counted in an `<a/>`. */
  | { readonly kind: 'confirmed'; readonly owner: string; readonly item: string; readonly number: number }
  /** What an item is in the end; an item that is not told of does not exist. */
  | { readonly kind: 'stored'; readonly owner: string; readonly item: string; readonly value: string };
