/** What routing asks of a message. */
import type { Stanza } from '../xml/stanza.ts';

/** RFC 6121 §5.2.2. */
export type MessageType = 'chat' | 'error' | 'groupchat' | 'headline' | 'normal';

/** Its type; `normal` where it has none or one that nobody knows (RFC 6121 §5.2.2). */
export function messageType(message: Stanza): MessageType {
  const type = message.type;
  return type === 'chat' || type === 'error' || type === 'groupchat' || type === 'headline' ? type : 'normal';
}

/** Does it have a body (RFC 6121 §5.2.3)? Possibly an empty one. */
export function hasBody(message: Stanza): boolean {
  return message.has('body', message.ns);
}
