/** A message for every new account (XEP-0133 v1.3.1 §4.27, §4.28). */
import { z } from 'zod';
import { defineModule } from '../../host/module.ts';
import { storedText } from '../../host/stored-text.ts';
import { StanzaError } from '../../stanza/errors.ts';
import { el } from '../../xml/element.ts';
import { NS_CLIENT } from '../../xml/namespaces.ts';
import { Stanza } from '../../xml/stanza.ts';

export default defineModule({
  name: 'welcome',
  summary: 'Welcomes new accounts with a message',
  xeps: [],
  scope: 'host',
  options: z.object({
    welcome_message: z
      .string()
      .default('Hello $username, welcome to the $host IM server!')
      .describe('What a new account is told, unless an operator sets something else while the server runs'),
  }),

  async setup(m) {
    const message = await storedText(m, 'welcome', m.options.welcome_message);

    m.on('user/created', 'observe', ({ user, unit }) => {
      if (message.now === '') return;
      const body = message.now
        .replaceAll('$username', () => user.slice(0, user.lastIndexOf('@')))
        .replaceAll('$host', () => m.domain);
      unit.ticket.onSettled({
        settled: ({ error }) => {
          if (error !== undefined) return;
          m.send(Stanza.of(el('message', NS_CLIENT, { to: user, type: 'normal' }, el('body', NS_CLIENT, body))));
        },
      });
    });

    m.operation({
      name: 'welcome.set',
      summary: 'Set what new accounts are told; $username and $host stand for theirs',
      input: z.object({ text: z.string().min(1).max(10_000).meta({ lines: true }).describe('The message') }),
      output: z.object({}),
      role: 'prosody:admin',
      changes: true,
      adhoc: 'http://jabber.org/protocol/admin#set-welcome',
      cli: 'welcome set',
      run: async ({ text }) => {
        await message.change(text);
        return {};
      },
    });
    m.operation({
      name: 'welcome.show',
      summary: 'Show what new accounts are told',
      input: z.object({}),
      output: z.object({ text: z.string() }),
      role: 'prosody:admin',
      changes: false,
      cli: 'welcome show',
      run: async () => ({ text: message.now }),
    });
    m.operation({
      name: 'welcome.delete',
      summary: 'Tell new accounts nothing',
      input: z.object({}),
      output: z.object({}),
      role: 'prosody:admin',
      changes: true,
      adhoc: 'http://jabber.org/protocol/admin#delete-welcome',
      cli: 'welcome delete',
      run: async () => {
        if (message.now === '') throw new StanzaError('item-not-found', 'There is no welcome message');
        await message.change('');
        return {};
      },
    });
  },
});
