/** The roles that accounts were given. */
import { service } from '../../host/services.ts';
import type { Unit } from '../../storage/unit.ts';

/** Roles of the accounts of one host. */
export interface AccountRoles {
  /** Give an account its primary role. @param user canonical bare JID @throws StanzaError `item-not-found`: no such role */
  assign(unit: Unit, user: string, role: string): void;
}

/** Provided by `authz_internal`. */
export const AccountRoles = service<AccountRoles>('account_roles');
