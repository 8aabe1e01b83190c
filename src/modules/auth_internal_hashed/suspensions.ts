/** Accounts that are disabled, or deleted and not yet gone. */
import { z } from 'zod';
import type { Suspension, Suspensions } from '../../host/auth.ts';
import type { ModuleApi } from '../../host/module.ts';
import { StreamError } from '../../stanza/stream-error.ts';
import { fromZod } from '../../storage/from-zod.ts';
import type { Unit } from '../../storage/unit.ts';

/** Milliseconds after the start: by then the modules are loaded that keep something of accounts. */
const FIRST_SWEEP = 1000;
/** Milliseconds between two looks for what is due. */
const SWEEP = 600_000;

const suspensionCodec = fromZod(
  z.object({
    since: z.int(),
    reason: z.string().optional(),
    until: z.int().optional(),
    purge: z.int().optional(),
  }),
);

/** The host's suspensions. @param remove deletes an account that is due */
export function accountSuspensions(m: ModuleApi, remove: (unit: Unit, username: string) => Promise<void>): Suspensions {
  const store = m.keyed('accounts_disabled', suspensionCodec);
  const cache = m.cached(store);
  const lasting = (found: Suspension | null | undefined): Suspension | undefined =>
    found?.until === undefined || found.until > m.now() ? (found ?? undefined) : undefined;

  async function sweep(): Promise<void> {
    for await (const owner of store.owners()) {
      const found = await store.get(owner);
      if (found === undefined) continue;
      const unit = m.unit();
      if (found.purge !== undefined && found.purge <= m.now()) {
        await remove(unit, owner.slice(0, owner.lastIndexOf('@')));
        m.log.info({ jid: owner }, 'deleted account is gone for good');
      } else if (lasting(found) === undefined) store.delete(unit, owner);
      await unit.submit()?.settled();
    }
  }
  m.after(FIRST_SWEEP, sweep);
  m.every(SWEEP, 'purge-deleted-accounts', sweep);

  // Who had logged in before, and binds a resource only now, is late.
  m.on('session/bound', 'observe', async ({ session }) => {
    if (lasting(await cache.of(session.user)) !== undefined) session.close(new StreamError('not-authorized'));
  });

  return {
    of: async (username) => lasting(await cache.of(`${username}@${m.domain}`)),
    async *all() {
      for await (const owner of store.owners()) {
        const found = lasting(await store.get(owner));
        if (found !== undefined) yield [owner.slice(0, owner.lastIndexOf('@')), found];
      }
    },
    put: (unit, username, suspension) => void store.put(unit, `${username}@${m.domain}`, suspension),
    lift: (unit, username) => void store.delete(unit, `${username}@${m.domain}`),
  };
}
