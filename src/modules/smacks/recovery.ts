/** What becomes of stanzas that a client never acknowledged (XEP-0198 v1.6.3 §4). */
import { SessionFlag } from '../../cluster/backend.ts';
import { deliverTo } from '../../host/delivery.ts';
import type { Host } from '../../host/host.ts';
import type { Origin } from '../../host/origin.ts';
import { ReleaseQueue } from '../../host/release-queue.ts';
import type { Session } from '../../host/session.ts';
import { StanzaEvent } from '../../host/stanza-event.ts';
import { Jid } from '../../jid/jid.ts';
import { delayed } from '../../stanza/delay.ts';
import { StanzaError } from '../../stanza/errors.ts';
import { hasHint } from '../../stanza/hints.ts';
import { hasBody, messageType } from '../../stanza/message.ts';
import { errorReply } from '../../stanza/reply.ts';
import type { Stanza } from '../../xml/stanza.ts';
import type { Unacked } from './unacked.ts';

const NS_CARBONS = 'urn:xmpp:carbons:2';

/** Must somebody hear of it if this stanza does not arrive? What the account tells itself (copies, results) it can tell again. */
export function matters(stanza: Stanza, user: string): boolean {
  if (stanza.name === 'iq') return stanza.type === 'get' || stanza.type === 'set';
  if (stanza.name !== 'message' || stanza.from === undefined || stanza.from === user) return false;
  const type = messageType(stanza);
  return (type === 'chat' || type === 'normal') && (hasBody(stanza) || hasHint(stanza, 'store'));
}

/** Treats stanzas as if they had been sent to a resource that is not there. */
export class Recovery {
  readonly #host: Host;
  readonly #send: (stanza: Stanza) => void;
  readonly #origin: Origin = {
    session: undefined,
    release: new ReleaseQueue(),
    reply: () => undefined,
    finished: () => undefined,
  };

  /** @param send sends a stanza from an account of this host */
  constructor(host: Host, send: (stanza: Stanza) => void) {
    this.#host = host;
    this.#send = send;
  }

  /** Requests get an error; a message goes to another resource, into the spool, or back with an error. */
  async recover({ user, jid }: Session, { stanza, when }: Unacked): Promise<void> {
    const refuse = (error: StanzaError): void => {
      const reply = errorReply(stanza, error);
      if (reply !== undefined) this.#send(reply.from === undefined ? reply.with({ from: jid.toString() }) : reply);
    };
    if (stanza.name === 'iq') return refuse(new StanzaError('service-unavailable'));
    const entries = await this.#host.sessions.of(user);
    const copied = !stanza.has('private', NS_CARBONS) && !hasHint(stanza, 'no-copy');
    if (copied && entries.some(({ flags }) => (flags & SessionFlag.carbons) !== 0)) return; // that resource has it
    const from = stanza.from === undefined ? undefined : Jid.parse(stanza.from);
    if (from === undefined) return;
    const late = delayed(stanza, when, this.#host.domain);
    await deliverTo(new StanzaEvent(late, 'message', this.#host, from, jid, this.#origin, user, -1), (_event, error) =>
      refuse(error),
    );
  }
}
