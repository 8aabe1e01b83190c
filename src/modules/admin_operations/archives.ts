/** Operations on the archives of accounts. */
import { z } from 'zod';
import { parseDuration } from '../../config/duration.ts';
import type { ModuleApi } from '../../host/module.ts';
import { accountJid } from './account-jid.ts';

const SECOND = 1_000_000;

const age = z
  .string()
  .describe('Only messages older than that, such as "30 days"')
  .transform((text, context) => {
    const seconds = parseDuration(text);
    if (seconds !== undefined) return seconds;
    context.addIssue({ code: 'custom', message: `"${text}" is no period, such as "30 days"` });
    return z.NEVER;
  });

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
    input: z.object({ jid, older: age.optional() }),
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
