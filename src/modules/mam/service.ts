/** The archives of accounts as other modules see them (XEP-0313 v1.1.3). */
import { service } from '../../host/services.ts';
import type { Session } from '../../host/session.ts';

/** The archives of the accounts of one host. */
export interface UserArchive {
  /** Has that client asked for its account's archive? Then it finds there what it missed (§6.1.1). */
  hasQueried(session: Session): boolean;
}

export const UserArchive = service<UserArchive>('mam');
