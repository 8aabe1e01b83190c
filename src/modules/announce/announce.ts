/** Messages from the operators to those who are connected, or to all accounts. */
import { z } from 'zod';
import { Auth } from '../../host/auth.ts';
import { defineModule } from '../../host/module.ts';
import { Jid } from '../../jid/jid.ts';
import { StanzaError } from '../../stanza/errors.ts';
import { el } from '../../xml/element.ts';
import { NS_CLIENT } from '../../xml/namespaces.ts';
import { Stanza } from '../../xml/stanza.ts';

/** Accounts between two reports of progress. */
const STEP = 100;

export default defineModule({
  name: 'announce',
  summary: 'Sends announcements to everybody',
  xeps: [],
  scope: 'host',
  needs: [Auth],
  options: z.object({}),

  setup(m) {
    const auth = m.use(Auth);
    const { sessions, permissions } = m.host;
    const roleOf = async (user: string): Promise<string | undefined> => {
      const account = Jid.of(user, m.domain);
      return account && (await permissions.rightsOf(account)).name;
    };

    m.operation({
      name: 'announce.send',
      summary: 'Send a message to the clients that are connected, or to all accounts',
      input: z.object({
        text: z.string().min(1).max(10_000).meta({ lines: true }).describe('The announcement'),
        subject: z.string().max(1000).default('Announcement').describe('Its subject'),
        to: z
          .enum(['online', 'all', 'role'])
          .default('online')
          .describe('Who gets it; accounts that are not connected find it when they come'),
        role: z.string().optional().describe('With `role`: the accounts that have it'),
      }),
      output: z.object({ recipients: z.int() }),
      role: 'prosody:admin',
      changes: true,
      adhoc: 'http://jabber.org/protocol/admin#announce',
      cli: 'announce',
      run: async ({ text, subject, to, role }, context) => {
        if ((role !== undefined) !== (to === 'role')) throw new StanzaError('bad-request', 'Which role?');
        const send = (recipient: string, type: 'headline' | 'normal'): void =>
          m.send(
            Stanza.of(
              el(
                'message',
                NS_CLIENT,
                { to: recipient, type },
                el('subject', NS_CLIENT, subject),
                el('body', NS_CLIENT, text),
              ),
            ),
          );
        let recipients = 0;
        if (to === 'online') {
          const users = [...sessions.local()].filter(({ host }) => host === m.host).map(({ jid }) => jid.toString());
          for (const user of users) send(user, 'headline');
          return { recipients: users.length };
        }
        for await (const user of auth.usernames()) {
          if (context.signal.aborted) break;
          if (role !== undefined && (await roleOf(user)) !== role) continue;
          send(`${user}@${m.domain}`, 'normal');
          if (++recipients % STEP === 0) {
            context.progress(recipients, recipients + 1);
            await new Promise(setImmediate); // whoever is served at the same time goes on
          }
        }
        return { recipients };
      },
    });
  },
});
