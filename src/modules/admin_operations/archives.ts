/** Operations on the archives of accounts. */
import { z } from 'zod';
import type { ModuleApi } from '../../host/module.ts';
import { period } from './times.ts';
import { accountJid } from '../../host/account-jid.ts';

const SECOND = 1_000_000;

/** Define `archive.count` and `archive.purge`. */
export function archiveOperations(m: ModuleApi): void {
  const jid = accountJid(m.domain);
  const archive = m.archive('archive');
  const count = async (user: string, end?: number): Promise<number> => {
    const page = await archive.find(`${user}@${m.domain}`, { end, order: 'forward', max: 0, total: true });
    return page.total ?? 0;
  };
  const counted = z.object({ messages: z.int() });

  m.operation({
    name: 'archive.count',
    summary: 'Count the messages in the archive of an account',
    input: z.object({ jid }),
    output: counted,
    role: 'prosody:admin',
    changes: false,
    cli: 'archive count',
    run: async ({ jid: user }) => ({ messages: await count(user) }),
  });

  m.operation({
    name: 'archive.purge',
    summary: 'Delete messages from the archive of an account',
    input: z.object({ jid, older: period.optional().describe('Only messages older than that, such as "30 days"') }),
    output: counted.describe('How many were deleted'),
    role: 'prosody:admin',
    changes: true,
    cli: 'archive purge',
    run: async ({ jid: user, older }) => {
      const end = older === undefined ? undefined : m.now() - older * SECOND;
      const messages = await count(user, end);
      const unit = m.unit();
      archive.delete(unit, `${user}@${m.domain}`, { end });
      await unit.submit()?.settled();
      return { messages };
    },
  });
}
