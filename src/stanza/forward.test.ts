import { expect, test } from 'vitest';
import { el } from '../xml/element.ts';
import { NS_CLIENT } from '../xml/namespaces.ts';
import { Stanza } from '../xml/stanza.ts';
import { forwarded } from './forward.ts';

test('XEP-0297 example 2: the whole stanza in its own namespace, and when it was received', () => {
  const message = el(
    'message',
    NS_CLIENT,
    { from: 'juliet@capulet.lit/orchard', id: '0202197', to: 'romeo@montague.lit', type: 'chat' },
    el('body', NS_CLIENT, 'Yet I should kill thee with much cherishing.'),
    el('mood', 'http://jabber.org/protocol/mood', el('amorous', 'http://jabber.org/protocol/mood')),
  );
  const stamp = Date.parse('2010-07-10T23:08:25Z') * 1000;
  expect(forwarded(Stanza.of(message), stamp)).toEqual(
    el('forwarded', 'urn:xmpp:forward:0', el('delay', 'urn:xmpp:delay', { stamp: '2010-07-10T23:08:25Z' }), message),
  );
  expect(forwarded(Stanza.of(message))).toEqual(el('forwarded', 'urn:xmpp:forward:0', message));
});
