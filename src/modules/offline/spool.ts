/**
 * The messages that wait for an account. Of a message that the account's archive holds as well, the spool has only the
 * id there.
 */
import type { Host } from '../../host/host.ts';
import { delayed } from '../../stanza/delay.ts';
import { stanzaIdElement } from '../../stanza/stanza-ids.ts';
import type { ArchiveEntry, ArchiveStore } from '../../storage/archive-store.ts';
import type { Unit } from '../../storage/unit.ts';
import { LIMITS_OWN } from '../../xml/limits.ts';
import { parseStanza } from '../../xml/reader.ts';
import type { Stanza } from '../../xml/stanza.ts';
import type { UserArchive } from '../mam/service.ts';
import { archiveIdOf } from './protocol.ts';

/** An entry and its message: `undefined` if it was deleted from the archive, or is no XML. */
export interface Waiting {
  readonly entry: ArchiveEntry;
  readonly message: Stanza | undefined;
}

/** See the file's comment. */
export class Spool {
  readonly #host: Host;
  readonly #entries: ArchiveStore;
  readonly #archive: () => UserArchive | undefined;

  constructor(host: Host, entries: ArchiveStore, archive: () => UserArchive | undefined) {
    this.#host = host;
    this.#entries = entries;
    this.#archive = archive;
  }

  /** Add a message as it was delivered to nobody; `when` in microseconds. */
  add(unit: Unit, user: string, message: Stanza, when: number): void {
    const id = archiveIdOf(message, user);
    const archived = id !== undefined && this.#archive()?.isWhole(message) === true;
    this.#entries.append(unit, user, { when, with: '', stanza: archived ? id : message.wire('') });
  }

  /**
   * The messages of entries, with our note of the delay. An entry that has to be looked for in the archive is left out
   * while there is none.
   */
  async messages(user: string, entries: readonly ArchiveEntry[]): Promise<readonly Waiting[]> {
    const ids = entries.filter(isReference).map(({ stanza }) => stanza);
    const archived = ids.length === 0 ? undefined : await this.#archive()?.read(user, ids);
    return entries
      .filter((entry) => !isReference(entry) || archived !== undefined)
      .map((entry) => {
        if (!isReference(entry)) return { entry, message: this.#message(entry, user) };
        const found = archived?.get(entry.stanza);
        return { entry, message: found && this.#message(found, user)?.append(stanzaIdElement(found.id, user)) };
      });
  }

  /** Copies what the archive is about to delete, older than `before`, into the spool. */
  async keep(before: number): Promise<void> {
    for await (const user of this.#entries.owners()) {
      const { entries: old } = await this.#entries.find(user, { order: 'forward', max: 1, end: before });
      if (old.length > 0) await this.#keep(user, before);
    }
  }

  /** All entries of the account anew, so that their order stays. */
  async #keep(user: string, before: number): Promise<void> {
    const { entries } = await this.#entries.find(user, { order: 'forward', max: Number.MAX_SAFE_INTEGER });
    const expiring = entries.filter((entry) => isReference(entry) && entry.when <= before);
    if (expiring.length === 0) return;
    const messages = new Map((await this.messages(user, expiring)).map(({ entry, message }) => [entry.id, message]));
    const unit = this.#host.server.storage.unit();
    this.#entries.delete(unit, user, { ids: entries.map(({ id }) => id) });
    for (const entry of entries) {
      const message = messages.get(entry.id);
      if (message === undefined && messages.has(entry.id)) continue; // deleted from the archive
      const { when, stanza } = entry;
      this.#entries.append(unit, user, { when, with: '', stanza: message?.wire('') ?? stanza });
    }
    await unit.submit()?.settled();
  }

  #message({ stanza, when, id }: ArchiveEntry, user: string): Stanza | undefined {
    try {
      const message = parseStanza(Buffer.from(stanza, 'latin1'), LIMITS_OWN);
      return delayed(message, when, this.#host.domain, 'Offline storage');
    } catch (error) {
      this.#host.log.error({ err: error, user, id }, 'an offline message cannot be read, dropped');
      return undefined;
    }
  }
}

/** Does the entry hold the id of an archived message instead of the message? */
function isReference({ stanza }: ArchiveEntry): boolean {
  return !stanza.startsWith('<');
}
