/** The archives of accounts as other modules see them (XEP-0313 v1.1.3). */
import { service } from '../../host/services.ts';
import type { Session } from '../../host/session.ts';
import type { ArchiveEntry } from '../../storage/archive-store.ts';
import type { Stanza } from '../../xml/stanza.ts';

/** The archives of the accounts of one host. */
export interface UserArchive {
  /** Has that client asked for its account's archive? Then it finds there what it missed (§6.1.1). */
  hasQueried(session: Session): boolean;
  /** Is everything of that message kept that means anything later? */
  isWhole(message: Stanza): boolean;
  /** Entries of the archive of an account by their ids. Those that are not there any more are left out. */
  read(user: string, ids: readonly string[]): Promise<ReadonlyMap<string, ArchiveEntry>>;
}

export const UserArchive = service<UserArchive>('mam');

declare module '../../host/events.ts' {
  interface HostEvents {
    /** Entries older than `before` (microseconds) are about to be deleted: who still needs one copies it in `store`. */
    'mam/expiring': { readonly before: number };
  }
}
