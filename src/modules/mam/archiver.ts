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
  /** The last message, what of it is kept, and its key: sender and recipient are asked about one after the other. */
  #message: Stanza | undefined;
  #kept: string | undefined;
  #key: string | undefined;

  /** @param dropped namespaces of child elements that are not kept */
  constructor(archive: ArchiveStore, dropped: ReadonlySet<string>, now: () => number) {
    this.#archive = archive;
    this.#dropped = dropped;
    this.#now = now;
  }

  /** Append the message of an event to the archive of its account, unless nothing of it would be kept. */
  append(event: StanzaEvent, other: Jid): void {
    if (event.stanza !== this.#message) this.#prepare(event);
    if (this.#kept === undefined) return;
    event.archived = this.#archive.append(event.unit, event.user, {
      when: this.#now(),
      with: other.bare.key,
      resource: other.resource,
      stanza: this.#kept,
      dedupe: this.#key,
    });
  }

  #prepare({ stanza, from, to }: StanzaEvent): void {
    this.#message = stanza;
    this.#kept = withoutNamespaces(stanza, this.#dropped)?.wire('');
    const id = stanza.id ?? originId(stanza);
    this.#key = this.#kept === undefined || id === undefined ? undefined : keyOf(id, stanza, from, to ?? from);
  }
}

/** Names what was sent: a client that sends it again, not knowing whether it arrived, has it stored once. */
function keyOf(id: string, stanza: Stanza, from: Jid, to: Jid): string {
  // The resource may be another one by then, and with it 'from'.
  const content = stanza.with({ from: undefined, to: undefined }).wire(NS_CLIENT);
  return hash('sha256', `${from.bare.key} ${to.bare.key} ${id} ${content}`, 'base64url').slice(0, KEY_LENGTH);
}
