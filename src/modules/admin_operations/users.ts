/** Operations on accounts. */
import { z } from 'zod';
import { Auth, type AuthProvider } from '../../host/auth.ts';
import type { ModuleApi } from '../../host/module.ts';
import { secret as password } from '../../host/operation-fields.ts';
import { formatDateTime } from '../../stanza/datetime.ts';
import { StanzaError } from '../../stanza/errors.ts';
import { fromZod } from '../../storage/from-zod.ts';
import type { Unit } from '../../storage/unit.ts';
import { Gate } from '../../util/gate.ts';
import { Registrations } from '../register_ibr/service.ts';
import { accountJid } from './account-jid.ts';
import { scramInput } from './scram-input.ts';

/** Accounts in one call of `user.import`. */
const MAX_IMPORT = 1000;

/** Accounts whose keys are derived at a time: others want the thread pool too. */
const IMPORT_AT_ONCE = 16;

/** What the module `lastactivity` keeps. */
const departureCodec = fromZod(z.looseObject({ when: z.int() }));

const nothing = z.object({});

/** What becomes of one account of an import. */
type Imported = 'created' | 'existing' | StanzaError;

/** Define the operations whose names begin with `user.`. */
export function userOperations(m: ModuleApi): void {
  const auth = m.use(Auth);
  const jid = accountJid(m.domain);
  const departures = m.keyed('lastactivity', departureCodec);
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
        const exists = new StanzaError('conflict', `${user}@${m.domain} exists already`);
        if (await auth.exists(user)) throw exists; // before a key is derived for nothing
        return written(m, (unit) => auth.create(unit, user, secret));
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
    run: ({ jid: user, password: secret }) =>
      m.exclusive(user, async () => {
        await mustExist(m, auth, user);
        await written(m, (unit) => auth.setPassword(unit, user, secret));
        await m.host.sessions.expel(`${user}@${m.domain}`, 'password-changed');
        return {};
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
    input: z.object({
      search: z.string().optional().describe('Only those with that in their name'),
      after: jid.optional().describe('Only those behind that account: the next page'),
      max: z.int().min(1).optional().describe('Most accounts of the answer'),
    }),
    output: z.object({ users: z.array(z.string()), complete: z.boolean() }),
    role: 'prosody:admin',
    changes: false,
    cli: 'user list',
    run: async ({ search = '', after, max = Infinity }) => {
      const users: string[] = [];
      let behind = after === undefined;
      for await (const user of auth.usernames()) {
        if (behind && user.includes(search)) {
          if (users.length === max) return { users, complete: false };
          users.push(`${user}@${m.domain}`);
        }
        behind ||= user === after;
      }
      return { users, complete: true };
    },
  });

  m.operation({
    name: 'user.count',
    summary: 'Count the accounts of a host, and those whose clients are connected',
    input: nothing,
    output: z.object({ registered: z.int(), online: z.int() }),
    role: 'prosody:admin',
    changes: false,
    adhoc: 'http://jabber.org/protocol/admin#get-registered-users-num',
    run: async () => {
      let registered = 0;
      for await (const user of auth.usernames()) if (user !== '') registered++;
      const online = new Set<string>();
      for (const { host, user } of m.host.sessions.local()) if (host === m.host) online.add(user);
      return { registered, online: online.size };
    },
  });

  m.operation({
    name: 'user.activity',
    summary: 'Show since when an account has been away; nothing where it is there or never was',
    input: z.object({ jid }),
    output: z.object({ online: z.boolean(), left: z.string().optional() }),
    role: 'prosody:admin',
    changes: false,
    cli: 'user activity',
    run: async ({ jid: user }) => {
      await mustExist(m, auth, user);
      const bare = `${user}@${m.domain}`;
      const online = (await m.host.sessions.of(bare)).length > 0;
      const departure = online ? undefined : await departures.get(bare);
      return departure === undefined ? { online } : { online, left: formatDateTime(departure.when) };
    },
  });

  m.operation({
    name: 'user.registration',
    summary: 'Show when an account was made in-band, and what was filled in; nothing where it was made otherwise',
    input: z.object({ jid }),
    output: z.object({ registered: z.string().optional() }).catchall(z.string()),
    role: 'prosody:admin',
    changes: false,
    cli: 'user registration',
    run: async ({ jid: user }) => {
      await mustExist(m, auth, user);
      const known = await m.find(Registrations)?.of(`${user}@${m.domain}`);
      return known === undefined ? {} : { registered: formatDateTime(known.when), ...known.fields };
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

async function written(m: ModuleApi, write: (unit: Unit) => Promise<void>): Promise<Record<string, never>> {
  const unit = m.unit();
  await write(unit);
  await unit.submit()?.settled();
  return {};
}

async function mustExist(m: ModuleApi, auth: AuthProvider, user: string): Promise<void> {
  if (!(await auth.exists(user))) throw new StanzaError('item-not-found', `${user}@${m.domain} does not exist`);
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
