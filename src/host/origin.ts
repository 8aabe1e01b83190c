/** Where a stanza came from, as far as the router must know. */
import type { Stanza } from '../xml/stanza.ts';
import type { ReleaseQueue } from './release-queue.ts';
import type { Session } from './session.ts';

/** A sender: a client's session, a component, a module, later a remote server. */
export interface Origin {
  /** Set where the sender is a client of this server. */
  readonly session: Session | undefined;
  /** Orders everything that the sender's stanzas cause. */
  readonly release: ReleaseQueue;
  /** Hand a reply or an error back. Called from the release queue, in order. */
  reply(stanza: Stanza): void;
  /** The stanza with that position is finished: answered, delivered, stored or dropped. */
  finished(seq: number): void;
}
