/** Operations that keep accounts from being used, for a time or for good. */
import { z } from 'zod';
import { accountJid } from '../../host/account-jid.ts';
import { Auth, type Suspension, type Suspensions } from '../../host/auth.ts';
import type { ModuleApi } from '../../host/module.ts';
import type { OperationContext } from '../../host/operations.ts';
import { formatDateTime } from '../../stanza/datetime.ts';
import { StanzaError } from '../../stanza/errors.ts';
import { changeable, written } from './accounts.ts';
import { timeAhead } from './times.ts';

const SECOND = 1_000_000;
const nothing = z.object({});

/** Define `user.disable`, `user.enable`, `user.delete` and `user.restore`. @param grace seconds */
export function userStateOperations(m: ModuleApi, grace: number | undefined): void {
  const auth = m.use(Auth);
  const jid = accountJid(m.domain);
  const role = 'prosody:admin';
  const suspensions = (): Suspensions => {
    if (auth.suspensions === undefined)
      throw new StanzaError('not-allowed', 'Accounts of this host cannot be disabled');
    return auth.suspensions;
  };
  const suspend = async (user: string, suspension: Suspension): Promise<void> => {
    await written(m, (unit) => suspensions().put(unit, user, suspension));
    await m.host.sessions.expel(`${user}@${m.domain}`, suspension.purge === undefined ? 'disabled' : 'deleted');
  };
  /** Alone among all that changes the state of the account. */
  const alone = <T>(user: string, context: OperationContext, work: (now?: Suspension) => Promise<T>): Promise<T> =>
    m.exclusive(user, async () => {
      await changeable(m, auth, user, context);
      return work(await auth.suspensions?.of(user));
    });

  m.operation({
    name: 'user.disable',
    summary: 'Keep an account from logging in, and end its sessions; what it has stays, and messages for it are kept',
    input: z.object({
      jid,
      reason: z.string().max(1000).optional().describe('Why, for administrators'),
      until: timeAhead(() => m.now())
        .optional()
        .describe('Until that time, or for that period, such as "7 days"; without it, until it is enabled'),
    }),
    output: nothing,
    role,
    changes: true,
    cli: 'user disable',
    run: ({ jid: user, reason, until }, context) =>
      alone(user, context, async (now) => {
        if (now?.purge !== undefined) throw new StanzaError('conflict', `${user}@${m.domain} was deleted already`);
        await suspend(user, { since: m.now(), reason, until });
        return {};
      }),
  });

  m.operation({
    name: 'user.enable',
    summary: 'Let an account log in again that was disabled',
    input: z.object({ jid }),
    output: nothing,
    role,
    changes: true,
    cli: 'user enable',
    run: ({ jid: user }, context) =>
      alone(user, context, async (now) => {
        if (now === undefined) throw new StanzaError('item-not-found', `${user}@${m.domain} is not disabled`);
        if (now.purge !== undefined) throw new StanzaError('conflict', `${user}@${m.domain} was deleted: restore it`);
        return written(m, (unit) => suspensions().lift(unit, user));
      }),
  });

  m.operation({
    name: 'user.delete',
    summary: 'Delete an account and all it keeps; for good at once, unless `registration_delete_grace_period` is set',
    input: z.object({ jid, now: z.boolean().default(false).describe('For good at once in any case') }),
    output: z.object({ restorable: z.string().optional() }),
    role,
    changes: true,
    cli: 'deluser <jid>',
    run: ({ jid: user, now: atOnce }, context) =>
      alone(user, context, async (now) => {
        if (grace === undefined || atOnce || auth.suspensions === undefined) {
          await written(m, (unit) => auth.delete(unit, user));
          await m.host.sessions.expel(`${user}@${m.domain}`, 'deleted');
          return {};
        }
        if (now?.purge !== undefined) {
          throw new StanzaError(
            'conflict',
            `${user}@${m.domain} was deleted already, and goes ${formatDateTime(now.purge)}`,
          );
        }
        const purge = Math.round(m.now() + grace * SECOND);
        await suspend(user, { since: m.now(), reason: 'Deleted by an administrator', purge });
        return { restorable: formatDateTime(purge) };
      }),
  });

  m.operation({
    name: 'user.restore',
    summary: 'Have back an account that was deleted, as long as `registration_delete_grace_period` lasts',
    input: z.object({ jid }),
    output: nothing,
    role,
    changes: true,
    cli: 'user restore',
    run: ({ jid: user }, context) =>
      alone(user, context, async (now) => {
        if (now?.purge === undefined) throw new StanzaError('item-not-found', `${user}@${m.domain} was not deleted`);
        return written(m, (unit) => suspensions().lift(unit, user));
      }),
  });
}
