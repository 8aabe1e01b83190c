/** Puts messages into the archives of accounts. */
import { hash } from 'node:crypto';
import type { StanzaEvent } from '../../host/stanza-event.ts';
import type { Jid } from '../../jid/jid.ts';
import { originId } from '../../stanza/stanza-ids.ts';
import type { ArchiveStore } from '../../storage/archive-store.ts';
import { NS_CLIENT } from '../../xml/namespaces.ts';
import type { Stanza } from '../../xml/stanza.ts';
import { withoutNamespaces } from './protocol.ts';

/** Characters of a key, 6 bits each: it stands in the table and in an index. */
const KEY_LENGTH = 22;

/** Appends messages as parts of their units. */
export class Archiver {
  readonly #archive: ArchiveStore;
  readonly #dropped: ReadonlySet<string>;
  readonly #now: () => number;
  /** The last message and its key: sender and recipient are asked about one after the other. */
  #message: Stanza | undefined;
  #key: string | undefined;

  /** @param dropped namespaces of child elements that are not kept */
  constructor(archive: ArchiveStore, dropped: ReadonlySet<string>, now: () => number) {
    this.#archive = archive;
    this.#dropped = dropped;
    this.#now = now;
  }

  /** Append the message of an event to the archive of its account, unless nothing of it would be kept. */
  append(event: StanzaEvent, other: Jid): void {
    const message = withoutNamespaces(event.stanza, this.#dropped);
    if (message === undefined) return;
    event.archived = this.#archive.append(event.unit, event.user, {
      when: this.#now(),
      with: other.bare.key,
      resource: other.resource,
      stanza: message.wire(''),
      dedupe: this.#dedupeKey(event),
    });
  }

  /** Names what was sent: a client that sends it again, not knowing whether it arrived, has it stored once. */
  #dedupeKey({ stanza, from, to }: StanzaEvent): string | undefined {
    if (stanza === this.#message) return this.#key;
    this.#message = stanza;
    const id = stanza.id ?? originId(stanza);
    if (id === undefined) this.#key = undefined;
    else {
      // The resource may be another one by then, and with it 'from'.
      const content = stanza.with({ from: undefined, to: undefined }).wire(NS_CLIENT);
      const named = `${from.bare.key} ${(to ?? from).bare.key} ${id} ${content}`;
      this.#key = hash('sha256', named, 'base64url').slice(0, KEY_LENGTH);
    }
    return this.#key;
  }
}
