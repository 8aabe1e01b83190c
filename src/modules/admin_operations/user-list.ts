/** Operations that tell what accounts there are. */
import { z } from 'zod';
import { accountJid } from '../../host/account-jid.ts';
import { Auth } from '../../host/auth.ts';
import type { ModuleApi } from '../../host/module.ts';
import { Jid } from '../../jid/jid.ts';
import { formatDateTime } from '../../stanza/datetime.ts';
import { fromZod } from '../../storage/from-zod.ts';
import { Registrations } from '../register_ibr/service.ts';
import { mustExist } from './accounts.ts';
import { period } from './times.ts';

const SECOND = 1_000_000;

/** What the module `lastactivity` keeps. */
const departureCodec = fromZod(z.looseObject({ when: z.int() }));

/** Define `user.list`, `user.count`, `user.info`, `user.activity` and `user.registration`. */
export function userListOperations(m: ModuleApi): void {
  const auth = m.use(Auth);
  const jid = accountJid(m.domain);
  const departures = m.keyed('lastactivity', departureCodec);
  const nothing = z.object({});
  const bareOf = (user: string): string => `${user}@${m.domain}`;

  const roleOf = async (user: string): Promise<string | undefined> => {
    const account = Jid.of(user, m.domain);
    return account && (await m.host.permissions.rightsOf(account)).name;
  };
  const stateOf = async (user: string): Promise<'enabled' | 'disabled' | 'deleted'> => {
    const suspension = await auth.suspensions?.of(user);
    return suspension === undefined ? 'enabled' : suspension.purge === undefined ? 'disabled' : 'deleted';
  };
  const isInactive = async (user: string, since: number): Promise<boolean> =>
    (await m.host.sessions.of(bareOf(user))).length === 0 && ((await departures.get(bareOf(user)))?.when ?? 0) < since;

  m.operation({
    name: 'user.list',
    summary: 'List the accounts of a host',
    input: z.object({
      search: z.string().optional().describe('Only those with that in their name'),
      state: z.enum(['enabled', 'disabled', 'deleted']).optional().describe('Only those that are'),
      role: z.string().optional().describe('Only those with that role'),
      inactive: period
        .optional()
        .describe('Only those who were not connected for that long, such as "90 days", or never'),
      after: jid.optional().describe('Only those behind that account: the next page'),
      max: z.int().min(1).optional().describe('Most accounts of the answer'),
    }),
    output: z.object({ users: z.array(z.string()), complete: z.boolean() }),
    role: 'prosody:admin',
    changes: false,
    cli: 'user list',
    run: async ({ search = '', state, role, inactive, after, max = Infinity }) => {
      const users: string[] = [];
      const fits = async (user: string): Promise<boolean> =>
        user.includes(search) &&
        (state === undefined || (await stateOf(user)) === state) &&
        (role === undefined || (await roleOf(user)) === role) &&
        (inactive === undefined || (await isInactive(user, m.now() - inactive * SECOND)));
      let behind = after === undefined;
      for await (const user of auth.usernames()) {
        if (behind && (await fits(user))) {
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
    summary: 'Count the accounts of a host, those that are disabled, and those whose clients are connected',
    input: nothing,
    output: z.object({ registered: z.int(), disabled: z.int(), online: z.int() }),
    role: 'prosody:admin',
    changes: false,
    adhoc: 'http://jabber.org/protocol/admin#get-registered-users-num',
    run: async () => {
      let registered = 0;
      for await (const user of auth.usernames()) if (user !== '') registered++;
      let disabled = 0;
      for await (const [, { purge }] of auth.suspensions?.all() ?? []) if (purge === undefined) disabled++;
      const online = new Set<string>();
      for (const { host, user } of m.host.sessions.local()) if (host === m.host) online.add(user);
      return { registered, disabled, online: online.size };
    },
  });

  m.operation({
    name: 'user.info',
    summary: 'Show the state and the role of an account, and whether it is connected',
    input: z.object({ jid }),
    output: z.object({
      state: z.enum(['enabled', 'disabled', 'deleted']),
      role: z.string().optional(),
      online: z.boolean(),
      since: z.string().optional().describe('Disabled or deleted since'),
      reason: z.string().optional(),
      until: z.string().optional().describe('When it is enabled again, or gone for good'),
    }),
    role: 'prosody:admin',
    changes: false,
    cli: 'user info',
    run: async ({ jid: user }) => {
      await mustExist(m, auth, user);
      const suspension = await auth.suspensions?.of(user);
      const online = (await m.host.sessions.of(bareOf(user))).length > 0;
      const common = { state: await stateOf(user), role: await roleOf(user), online };
      if (suspension === undefined) return common;
      const { since, reason, until, purge } = suspension;
      const end = purge ?? until;
      return {
        ...common,
        since: formatDateTime(since),
        reason,
        until: end === undefined ? undefined : formatDateTime(end),
      };
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
}
