/** Operations on accounts. */
import { z } from 'zod';
import { accountJid } from '../../host/account-jid.ts';
import { Auth } from '../../host/auth.ts';
import type { ModuleApi } from '../../host/module.ts';
import type { OperationContext } from '../../host/operations.ts';
import { secret as password } from '../../host/operation-fields.ts';
import { StanzaError } from '../../stanza/errors.ts';
import { Gate } from '../../util/gate.ts';
import { AccountRoles } from '../authz_internal/service.ts';
import { changeable, written } from './accounts.ts';
import { scramInput } from './scram-input.ts';

/** Accounts in one call of `user.import`. */
const MAX_IMPORT = 1000;

/** Accounts whose keys are derived at a time: others want the thread pool too. */
const IMPORT_AT_ONCE = 16;

const nothing = z.object({});

/** What becomes of one account of an import. */
type Imported = 'created' | 'existing' | StanzaError;

/** Define `user.create`, `user.password` and `user.import`. @param usualRole role of accounts made by `user.create` */
export function userOperations(m: ModuleApi, usualRole: string): void {
  const auth = m.use(Auth);
  const jid = accountJid(m.domain);
  const withPassword = z.object({ jid, password });
  const given = z.union([z.strictObject({ jid, password }), z.strictObject({ jid, scram: scramInput })]);

  /** Who may not give roles gives the usual one. */
  const mustAssign = async (role: string, { who }: OperationContext): Promise<void> => {
    if (role === usualRole || who === undefined || (await m.host.operations.mayRun('user.set_role', who))) return;
    throw new StanzaError('forbidden', `You may not give the role ${role}`);
  };

  m.operation({
    name: 'user.create',
    summary: 'Create an account',
    input: withPassword.extend({
      role: z.string().min(1).optional().describe('Role of the account; that of `default_provisioned_role` without it'),
    }),
    output: nothing,
    role: 'prosody:admin',
    changes: true,
    adhoc: 'http://jabber.org/protocol/admin#add-user',
    cli: 'adduser <jid>',
    run: ({ jid: user, password: secret, role = usualRole }, context) =>
      m.exclusive(user, async () => {
        await mustAssign(role, context);
        const exists = new StanzaError('conflict', `${user}@${m.domain} exists already`);
        if (await auth.exists(user)) throw exists; // before a key is derived for nothing
        return written(m, async (unit) => {
          await auth.create(unit, user, secret);
          m.find(AccountRoles)?.assign(unit, `${user}@${m.domain}`, role);
        });
      }),
  });

  m.operation({
    name: 'user.password',
    summary: 'Set the password of an account, and close its sessions',
    input: withPassword,
    output: nothing,
    role: 'prosody:admin',
    changes: true,
    adhoc: 'http://jabber.org/protocol/admin#change-user-password',
    cli: 'passwd <jid>',
    run: ({ jid: user, password: secret }, context) =>
      m.exclusive(user, async () => {
        await changeable(m, auth, user, context);
        await written(m, (unit) => auth.setPassword(unit, user, secret));
        await m.host.sessions.expel(`${user}@${m.domain}`, 'password-changed');
        return {};
      }),
  });

  m.operation({
    name: 'user.import',
    summary: 'Create accounts from passwords or from the keys of another server; accounts that exist stay as they are',
    input: z.object({ accounts: z.array(z.unknown()).max(MAX_IMPORT) }),
    output: z.object({ results: z.array(z.string()).describe('`created`, `existing`, or why not; as in the input') }),
    role: 'prosody:admin',
    changes: true,
    run: async ({ accounts }, context) => {
      let done = 0;
      const seen = new Set<string>();
      const one = async (raw: unknown): Promise<Imported> => {
        if (context.signal.aborted) return new StanzaError('resource-constraint', 'The import was stopped');
        const checked = given.safeParse(raw);
        if (!checked.success) return new StanzaError('bad-request', reasonOf(checked.error));
        const account = checked.data;
        if (seen.has(account.jid)) return 'existing';
        seen.add(account.jid); // before anything is awaited: the others run at the same time
        if (await auth.exists(account.jid)) return 'existing';
        const unit = m.unit(); // one each: who made such an account in between does not take the others with it
        if ('password' in account) await auth.create(unit, account.jid, account.password);
        else if (auth.setScramKeys === undefined)
          return new StanzaError('not-allowed', 'This host keeps no SCRAM keys');
        else await auth.setScramKeys(unit, account.jid, account.scram);
        await unit.submit()?.settled();
        return 'created';
      };
      // The next one begins when any is done, so that no key waits for a commit.
      const gate = new Gate(IMPORT_AT_ONCE);
      const outcomes = await Promise.all(
        accounts.map(async (raw) => {
          const outcome = await gate.run(() => one(raw).catch(refusal));
          if (++done % IMPORT_AT_ONCE === 0 || done === accounts.length) context.progress(done, accounts.length);
          return outcome;
        }),
      );
      return { results: outcomes.map((it) => (typeof it === 'string' ? it : (it.text ?? it.condition))) };
    },
  });
}

function refusal(error: unknown): Imported {
  if (error instanceof StanzaError) return error.condition === 'conflict' ? 'existing' : error;
  throw error;
}

function reasonOf(error: z.ZodError): string {
  return z
    .prettifyError(error)
    .replaceAll(/\s*\n\s*/g, ' ')
    .replaceAll('✖ ', '');
}
