/** Whom a session has sent presence outside its subscriptions, so that they hear of its end (RFC 6121 §4.6.3). */
import type { SessionState } from '../../host/session-state.ts';
import type { Session } from '../../host/session.ts';
import type { Stanza } from '../../xml/stanza.ts';
import { directedChange } from './protocol.ts';

/** Addresses to which one session may have sent directed presence at a time; the oldest is forgotten. */
const MAX_DIRECTED = 1000;

const NOBODY: ReadonlySet<string> = new Set();

/** The addresses of each session. */
export class Directed {
  readonly #addresses: SessionState<Set<string> | undefined>;

  constructor(addresses: SessionState<Set<string> | undefined>) {
    this.#addresses = addresses;
  }

  /** A session sends this presence to that address. */
  note(session: Session, address: string, presence: Stanza): void {
    const change = directedChange(presence);
    if (change === undefined) return;
    const addresses = this.#addresses.get(session) ?? new Set<string>();
    addresses.delete(address);
    if (change === 'add') {
      addresses.add(address);
      const [oldest] = addresses;
      if (addresses.size > MAX_DIRECTED && oldest !== undefined) addresses.delete(oldest);
    }
    this.#addresses.set(session, addresses);
  }

  /** Those who must hear that the session is unavailable. */
  of(session: Session): ReadonlySet<string> {
    return this.#addresses.get(session) ?? NOBODY;
  }

  /** They are being told. */
  clear(session: Session): void {
    this.#addresses.set(session, undefined);
  }
}
