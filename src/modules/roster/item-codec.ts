/** How a roster item is stored: JSON with what differs from an item that says nothing. */
import type { Codec } from '../../storage/stores.ts';
import type { RosterItem, Subscription } from './service.ts';

const NO_GROUPS: readonly string[] = [];

/** `{"subscription","name","groups","ask","approved","listed","request"}` */
export const itemCodec: Codec<RosterItem> = {
  encode: (item) =>
    JSON.stringify({
      subscription: item.subscription,
      name: item.name,
      groups: item.groups.length === 0 ? undefined : item.groups,
      ask: item.ask || undefined,
      approved: item.approved || undefined,
      listed: item.listed ? undefined : false,
      request: item.request,
    }),

  decode: (text) => {
    const value: unknown = JSON.parse(text);
    if (!isRecord(value)) throw new Error('a roster item that is no object');
    return {
      listed: value['listed'] !== false,
      name: textOf(value['name']),
      groups: groupsOf(value['groups']),
      subscription: subscriptionOf(value['subscription']),
      ask: value['ask'] === true,
      approved: value['approved'] === true,
      request: textOf(value['request']),
    };
  },
};

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function groupsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((group) => typeof group === 'string') : NO_GROUPS;
}

function subscriptionOf(value: unknown): Subscription {
  if (value === 'none' || value === 'to' || value === 'from' || value === 'both') return value;
  throw new Error('a roster item without subscription');
}
