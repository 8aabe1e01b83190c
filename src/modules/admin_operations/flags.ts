/** Flags that administrators put on accounts, to find them again. */
import { z } from 'zod';
import { accountJid } from '../../host/account-jid.ts';
import { Auth } from '../../host/auth.ts';
import type { ModuleApi } from '../../host/module.ts';
import { formatDateTime } from '../../stanza/datetime.ts';
import { StanzaError } from '../../stanza/errors.ts';
import { fromZod } from '../../storage/from-zod.ts';
import { mustExist, written } from './accounts.ts';

const flagCodec = fromZod(z.object({ when: z.int(), comment: z.string().optional() }));
const flagName = z
  .string()
  .regex(/^[\w:-]{1,64}$/, 'letters, digits, "-", "_" and ":" only')
  .describe('Name of the flag');

/** Define `flags.list`, `flags.add`, `flags.remove` and `flags.find`. */
export function flagOperations(m: ModuleApi): void {
  const auth = m.use(Auth);
  const jid = accountJid(m.domain);
  const store = m.map('account_flags', flagCodec);
  const role = 'prosody:admin';
  const bareOf = (user: string): string => `${user}@${m.domain}`;
  m.on('user/deleted', 'store', ({ user, unit }) => void store.clear(unit, user));

  m.operation({
    name: 'flags.list',
    summary: 'List the flags of an account',
    input: z.object({ jid }),
    output: z.object({
      flags: z.array(z.object({ flag: z.string(), when: z.string(), comment: z.string().optional() })),
    }),
    role,
    changes: false,
    cli: 'flags list',
    run: async ({ jid: user }) => {
      await mustExist(m, auth, user);
      const flags = await store.all(bareOf(user));
      return { flags: [...flags].map(([flag, { when, comment }]) => ({ flag, when: formatDateTime(when), comment })) };
    },
  });

  m.operation({
    name: 'flags.add',
    summary: 'Put a flag on an account',
    input: z.object({ jid, flag: flagName, comment: z.string().max(1000).optional().describe('Why') }),
    output: z.object({}),
    role,
    changes: true,
    cli: 'flags add',
    run: async ({ jid: user, flag, comment }) => {
      await mustExist(m, auth, user);
      return written(m, (unit) => store.put(unit, bareOf(user), flag, { when: m.now(), comment }));
    },
  });

  m.operation({
    name: 'flags.remove',
    summary: 'Take a flag from an account',
    input: z.object({ jid, flag: flagName }),
    output: z.object({}),
    role,
    changes: true,
    cli: 'flags remove',
    run: async ({ jid: user, flag }) => {
      if ((await store.get(bareOf(user), flag)) === undefined) {
        throw new StanzaError('item-not-found', `${bareOf(user)} has no flag ${flag}`);
      }
      return written(m, (unit) => store.delete(unit, bareOf(user), flag));
    },
  });

  m.operation({
    name: 'flags.find',
    summary: 'List the accounts that have a flag',
    input: z.object({ flag: flagName }),
    output: z.object({ users: z.array(z.string()) }),
    role,
    changes: false,
    cli: 'flags find',
    run: async ({ flag }) => {
      const users: string[] = [];
      for await (const owner of store.owners()) if ((await store.get(owner, flag)) !== undefined) users.push(owner);
      return { users };
    },
  });
}
