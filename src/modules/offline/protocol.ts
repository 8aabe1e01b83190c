/** Which messages wait for an account without resources (XEP-0160 v1.0.1 §3). */
import { hasHint } from '../../stanza/hints.ts';
import { messageType } from '../../stanza/message.ts';
import { NS_SID } from '../../stanza/stanza-ids.ts';
import type { Stanza } from '../../xml/stanza.ts';

const NS_CHAT_STATES = 'http://jabber.org/protocol/chatstates';

/** `store`: keep it; `ignore`: it means nothing later, and nobody needs an error; `refuse`: the sender gets one. */
export type Treatment = 'store' | 'ignore' | 'refuse';

/** What to do with a message that no resource took. */
export function treatmentOf(message: Stanza): Treatment {
  const type = messageType(message);
  if (type !== 'chat' && type !== 'normal') return 'refuse';
  if (hasHint(message, 'no-store')) return 'refuse'; // XEP-0334 v1.0.0 §4.2
  if (message.childCount === 0) return type === 'chat' ? 'ignore' : 'store';
  for (let index = 0; index < message.childCount; index++) {
    const ns = message.childNsAt(index);
    if (ns !== NS_CHAT_STATES && message.childNameAt(index) !== 'thread') return 'store';
  }
  return 'ignore';
}

/** The id that the archive of the account gave the message (XEP-0359 v0.7.0 §3.2). */
export function archiveIdOf(message: Stanza, user: string): string | undefined {
  if (!message.has('stanza-id', NS_SID)) return undefined;
  return (
    message
      .elements('stanza-id', NS_SID)
      .find((id) => id.attr('by') === user)
      ?.attr('id') || undefined
  );
}
