/** Operations on accounts. */
import { z } from 'zod';
import { Auth, type AuthProvider } from '../../host/auth.ts';
import type { ModuleApi } from '../../host/module.ts';
import { StanzaError } from '../../stanza/errors.ts';
import type { Unit } from '../../storage/unit.ts';
import { accountJid } from './account-jid.ts';
import { scramInput } from './scram-input.ts';

/** Accounts in one call of `user.import`. */
const MAX_IMPORT = 1000;

/** Accounts whose keys are derived at a time: others want the thread pool too. */
const IMPORT_AT_ONCE = 16;

const nothing = z.object({});
const password = z.string().min(1);

/** What becomes of one account of an import. */
type Imported = 'created' | 'existing' | StanzaError;

/** Define `user.create`, `user.password`, `user.delete`, `user.list` and `user.import`. */
export function userOperations(m: ModuleApi): void {
  const auth = m.use(Auth);
  const jid = accountJid(m.domain);
  const withPassword = z.object({ jid, password });
  const given = z.union([z.strictObject({ jid, password }), z.strictObject({ jid, scram: scramInput })]);

  m.operation({
    name: 'user.create',
    summary: 'Create an account',
    input: withPassword,
    output: nothing,
    role: 'prosody:admin',
    changes: true,
    adhoc: 'http://jabber.org/protocol/admin#add-user',
    cli: 'adduser <jid>',
    run: ({ jid: user, password: secret }) =>
      m.exclusive(user, async () => {
        if (await auth.exists(user)) throw new StanzaError('conflict', `${user}@${m.domain} exists already`);
        return written(m, (unit) => auth.setPassword(unit, user, secret));
      }),
  });

  m.operation({
    name: 'user.password',
    summary: 'Set the password of an account',
    input: withPassword,
    output: nothing,
    role: 'prosody:admin',
    changes: true,
    adhoc: 'http://jabber.org/protocol/admin#change-user-password',
    cli: 'passwd <jid>',
    run: ({ jid: user, password: secret }) =>
      m.exclusive(user, async () => {
        await mustExist(m, auth, user);
        return written(m, (unit) => auth.setPassword(unit, user, secret));
      }),
  });

  m.operation({
    name: 'user.delete',
    summary: 'Delete an account and all it keeps on the server',
    input: z.object({ jid }),
    output: nothing,
    role: 'prosody:admin',
    changes: true,
    adhoc: 'http://jabber.org/protocol/admin#delete-user',
    cli: 'deluser <jid>',
    run: ({ jid: user }) =>
      m.exclusive(user, async () => {
        await mustExist(m, auth, user);
        await written(m, (unit) => auth.delete(unit, user));
        await m.host.sessions.expel(`${user}@${m.domain}`, 'deleted');
        return {};
      }),
  });

  m.operation({
    name: 'user.list',
    summary: 'List the accounts of a host',
    input: nothing,
    output: z.object({ users: z.array(z.string()) }),
    role: 'prosody:admin',
    changes: false,
    run: async () => {
      const users: string[] = [];
      for await (const user of auth.usernames()) users.push(`${user}@${m.domain}`);
      return { users };
    },
  });

  m.operation({
    name: 'user.import',
    summary: 'Create accounts from passwords or from the keys of another server; accounts that exist stay as they are',
    input: z.object({ accounts: z.array(z.unknown()).max(MAX_IMPORT) }),
    output: z.object({ results: z.array(z.string()).describe('`created`, `existing`, or why not; as in the input') }),
    role: 'prosody:admin',
    changes: true,
    run: async ({ accounts }, context) => {
      const results: string[] = [];
      const seen = new Set<string>();
      const one = async (unit: Unit, raw: unknown): Promise<Imported> => {
        const checked = given.safeParse(raw);
        if (!checked.success) return new StanzaError('bad-request', reasonOf(checked.error));
        const account = checked.data;
        if (seen.has(account.jid)) return 'existing';
        seen.add(account.jid); // before anything is awaited: the others run at the same time
        if (await auth.exists(account.jid)) return 'existing';
        if ('password' in account) await auth.setPassword(unit, account.jid, account.password);
        else if (auth.setScramKeys === undefined)
          return new StanzaError('not-allowed', 'This host keeps no SCRAM keys');
        else await auth.setScramKeys(unit, account.jid, account.scram);
        return 'created';
      };
      for (let from = 0; from < accounts.length && !context.signal.aborted; from += IMPORT_AT_ONCE) {
        const unit = m.unit();
        const some = accounts.slice(from, from + IMPORT_AT_ONCE);
        const outcomes = await Promise.all(some.map((raw) => one(unit, raw).catch(refusal)));
        await unit.submit()?.settled();
        results.push(...outcomes.map((it) => (typeof it === 'string' ? it : (it.text ?? it.condition))));
        context.progress(results.length, accounts.length);
      }
      return { results };
    },
  });
}

async function written(m: ModuleApi, write: (unit: Unit) => Promise<void>): Promise<Record<string, never>> {
  const unit = m.unit();
  await write(unit);
  await unit.submit()?.settled();
  return {};
}

async function mustExist(m: ModuleApi, auth: AuthProvider, user: string): Promise<void> {
  if (!(await auth.exists(user))) throw new StanzaError('item-not-found', `${user}@${m.domain} does not exist`);
}

function refusal(error: unknown): StanzaError {
  if (error instanceof StanzaError) return error;
  throw error;
}

function reasonOf(error: z.ZodError): string {
  return z
    .prettifyError(error)
    .replaceAll(/\s*\n\s*/g, ' ')
    .replaceAll('✖ ', '');
}
