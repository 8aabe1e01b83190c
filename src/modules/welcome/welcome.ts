/** A message for every new account (XEP-0133 v1.3.1 §4.27, §4.28). */
import { z } from 'zod';
import { defineModule } from '../../host/module.ts';
import { StanzaError } from '../../stanza/errors.ts';
import { el } from '../../xml/element.ts';
import { NS_CLIENT } from '../../xml/namespaces.ts';
import { Stanza } from '../../xml/stanza.ts';

const plain = { encode: (text: string) => text, decode: (text: string) => text };

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
    const texts = m.keyed('welcome', plain);
    let text = (await texts.get(m.domain)) ?? m.options.welcome_message;

    m.on('user/created', 'observe', ({ user, unit }) => {
      if (text === '') return;
      const body = text
        .replaceAll('$username', () => user.slice(0, user.lastIndexOf('@')))
        .replaceAll('$host', () => m.domain);
      unit.ticket.onSettled({
        settled: ({ error }) => {
          if (error !== undefined) return;
          m.send(Stanza.of(el('message', NS_CLIENT, { to: user, type: 'normal' }, el('body', NS_CLIENT, body))));
        },
      });
    });

    const change = async (to: string): Promise<Record<string, never>> => {
      const unit = m.unit();
      texts.put(unit, m.domain, to);
      await unit.submit()?.settled();
      text = to;
      return {};
    };

    m.operation({
      name: 'welcome.set',
      summary: 'Set what new accounts are told; $username and $host stand for theirs',
      input: z.object({ text: z.string().min(1).max(10_000).meta({ lines: true }).describe('The message') }),
      output: z.object({}),
      role: 'prosody:admin',
      changes: true,
      adhoc: 'http://jabber.org/protocol/admin#set-welcome',
      cli: 'welcome set',
      run: ({ text: to }) => change(to),
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
        if (text === '') throw new StanzaError('item-not-found', 'There is no welcome message');
        return change('');
      },
    });
  },
});
