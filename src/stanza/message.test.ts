import { expect, test } from 'vitest';
import { el } from '../xml/element.ts';
import { NS_CLIENT, NS_SERVER } from '../xml/namespaces.ts';
import { Stanza } from '../xml/stanza.ts';
import { hasBody, messageType } from './message.ts';

test.each([
  ['chat', 'chat'],
  ['error', 'error'],
  ['groupchat', 'groupchat'],
  ['headline', 'headline'],
  ['normal', 'normal'],
  [undefined, 'normal'],
  ['', 'normal'],
  ['Chat', 'normal'],
  ['get', 'normal'],
  ['__proto__', 'normal'],
])('a message of type %j is %s', (type, expected) => {
  expect(messageType(Stanza.of(el('message', NS_CLIENT, { type })))).toBe(expected);
});

test('a body is one in the namespace of the message', () => {
  const message = (...children: Parameters<typeof el>[2][]): Stanza => Stanza.of(el('message', NS_CLIENT, ...children));
  expect(hasBody(message(el('body', NS_CLIENT, 'Art thou not Romeo?')))).toBe(true);
  expect(hasBody(message(el('body', NS_CLIENT)))).toBe(true);
  expect(hasBody(message(el('active', 'http://jabber.org/protocol/chatstates')))).toBe(false);
  expect(hasBody(message(el('body', 'http://www.w3.org/1999/xhtml')))).toBe(false);
  const server = Stanza.of(el('message', NS_SERVER, el('body', NS_SERVER, 'Art thou not Romeo?')));
  expect(hasBody(server)).toBe(true);
  expect(hasBody(message(el('x', 'urn:x', el('body', NS_CLIENT))))).toBe(false);
});
