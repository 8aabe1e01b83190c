/** Message of the day (XEP-0133 v1.3.1 §4.24 to §4.26): what every account is told once, at its next login. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { defineModule } from '../../host/module.ts';
import type { Session } from '../../host/session.ts';
import { storedText } from '../../host/stored-text.ts';
import { StanzaError } from '../../stanza/errors.ts';
import { el } from '../../xml/element.ts';
import { NS_CLIENT } from '../../xml/namespaces.ts';
import { Stanza } from '../../xml/stanza.ts';

const plain = { encode: (text: string) => text, decode: (text: string) => text };

export default defineModule({
  name: 'motd',
  summary: 'Tells every account a message of the day, once',
  xeps: [],
  scope: 'host',
  options: z.object({
    motd_text: z.string().default('').describe('The message, unless an operator sets another one while it runs'),
  }),

  async setup(m) {
    const message = await storedText(m, 'motd', m.options.motd_text);
    /** By account: which message it has seen. */
    const seen = m.keyed('motd_seen', plain);
    const greeted = m.sessionState<boolean>('greeted', () => false);

    const idOf = (): string => createHash('sha256').update(message.now).digest('base64url').slice(0, 16);

    const tell = async (session: Session): Promise<void> => {
      const id = idOf();
      const to = session.jid.toString();
      if (message.now === '' || (await seen.get(session.user)) === id) return;
      const unit = m.unit();
      seen.put(unit, session.user, id);
      m.send(Stanza.of(el('message', NS_CLIENT, { to, type: 'headline' }, el('body', NS_CLIENT, message.now))));
      await unit.submit()?.settled();
    };
    const greet = (session: Session): void => {
      tell(session).catch((error: unknown) => m.log.error({ err: error }, 'message of the day could not be told'));
    };

    m.on('presence/broadcast', 'observe', ({ session, stanza }) => {
      if (stanza.type === 'unavailable' || greeted.get(session)) return;
      greeted.set(session, true);
      if (message.now !== '') greet(session);
    });
    m.on('user/deleted', 'store', ({ user, unit }) => void seen.delete(unit, user));

    m.operation({
      name: 'motd.set',
      summary: 'Set the message of the day: those who are connected get it now, all others when they come',
      input: z.object({ text: z.string().min(1).max(10_000).meta({ lines: true }).describe('The message') }),
      output: z.object({}),
      role: 'prosody:admin',
      changes: true,
      adhoc: 'http://jabber.org/protocol/admin#set-motd',
      cli: 'motd set',
      run: async ({ text: to }) => {
        await message.change(to);
        for (const session of m.host.sessions.local()) {
          if (session.host === m.host && session.presence !== undefined) greet(session);
        }
        return {};
      },
    });
    m.operation({
      name: 'motd.show',
      summary: 'Show the message of the day',
      input: z.object({}),
      output: z.object({ text: z.string() }),
      role: 'prosody:admin',
      changes: false,
      cli: 'motd show',
      run: async () => ({ text: message.now }),
    });
    m.operation({
      name: 'motd.delete',
      summary: 'Delete the message of the day',
      input: z.object({}),
      output: z.object({}),
      role: 'prosody:admin',
      changes: true,
      adhoc: 'http://jabber.org/protocol/admin#delete-motd',
      cli: 'motd delete',
      run: async () => {
        if (message.now === '') throw new StanzaError('item-not-found', 'There is no message of the day');
        await message.change('');
        return {};
      },
    });
  },
});
