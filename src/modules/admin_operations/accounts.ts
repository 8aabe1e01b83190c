/** What operations on accounts have in common. */
import type { AuthProvider } from '../../host/auth.ts';
import type { ModuleApi } from '../../host/module.ts';
import type { OperationContext } from '../../host/operations.ts';
import { Jid } from '../../jid/jid.ts';
import { StanzaError } from '../../stanza/errors.ts';
import type { Unit } from '../../storage/unit.ts';

/** Write something and wait until it is on disk. */
export async function written(m: ModuleApi, write: (unit: Unit) => unknown): Promise<Record<string, never>> {
  const unit = m.unit();
  await write(unit);
  await unit.submit()?.settled();
  return {};
}

/** @throws StanzaError `item-not-found` */
export async function mustExist(m: ModuleApi, auth: AuthProvider, user: string): Promise<void> {
  if (!(await auth.exists(user))) throw new StanzaError('item-not-found', `${user}@${m.domain} does not exist`);
}

/**
 * There is such an account, and whoever runs the operation may change it.
 * @throws StanzaError `item-not-found`, `forbidden`
 */
export async function changeable(
  m: ModuleApi,
  auth: AuthProvider,
  user: string,
  context: OperationContext,
): Promise<void> {
  await mustExist(m, auth, user);
  const account = Jid.of(user, m.domain);
  if (account !== undefined) await m.host.operations.mustManage(account, context);
}
