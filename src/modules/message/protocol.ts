/** Which resources get a message (RFC 6121 §8.5.2.1.1, §8.5.2.2.1, §8.5.3). */
import { SessionFlag, type Entry } from '../../cluster/backend.ts';
import type { Verdict } from '../../host/delivery.ts';
import { messageType } from '../../stanza/message.ts';
import type { Stanza } from '../../xml/stanza.ts';

/**
 * The verdict for a message to an account, or to one of its resources.
 * @param resource the resource addressed, if any
 * @param entries the account's resources
 */
export function messageTargets(message: Stanza, resource: string | undefined, entries: readonly Entry[]): Verdict {
  if (resource !== undefined) {
    // §8.5.3.1: whatever the type. Most accounts have one resource, and then there is nothing to copy.
    if (entries.length === 1 && entries[0]?.resource === resource) return entries;
    for (const entry of entries) if (entry.resource === resource) return [entry];
  }
  switch (messageType(message)) {
    case 'error':
      return 'drop';
    case 'groupchat':
      return 'unavailable';
    case 'headline':
      if (resource !== undefined) return 'drop'; // §8.5.3.2.1
      return willing(entries) ?? 'drop';
    case 'chat':
    case 'normal': // to a resource that is gone: as to the account, which is what Prosody does for both types
      return mostAvailable(entries) ?? 'unavailable';
  }
}

/** Can messages to the bare JID go there? Available, with a priority that is not negative. */
function isWilling(entry: Entry): boolean {
  return (entry.flags & SessionFlag.available) !== 0 && entry.priority >= 0;
}

function willing(entries: readonly Entry[]): readonly Entry[] | undefined {
  const found = entries.filter(isWilling);
  return found.length === 0 ? undefined : found;
}

/** The resources with the highest priority; without a copy where that is all there are. */
function mostAvailable(entries: readonly Entry[]): readonly Entry[] | undefined {
  let best = -1;
  let count = 0;
  for (let n = 0; n < entries.length; n++) {
    const entry = entries[n];
    if (entry === undefined || !isWilling(entry)) continue;
    if (entry.priority > best) {
      best = entry.priority;
      count = 1;
    } else if (entry.priority === best) count++;
  }
  if (count === 0) return undefined;
  if (count === entries.length) return entries;
  return entries.filter((entry) => isWilling(entry) && entry.priority === best);
}
