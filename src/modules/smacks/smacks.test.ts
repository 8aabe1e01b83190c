import { expect, test } from 'vitest';
import { World, settled, stanzaOf } from '../../../test/support/world.ts';
import { matters } from './recovery.ts';
import definition from './smacks.ts';

test.each([
  ['<message from="a@b/c" type="chat"><body>hi</body></message>', true],
  ['<message from="a@b/c"><body>hi</body></message>', true],
  ['<message from="a@b/c"><store xmlns="urn:xmpp:hints"/></message>', true],
  ['<message from="a@b/c" type="chat"><active xmlns="http://jabber.org/protocol/chatstates"/></message>', false],
  ['<message from="a@b/c" type="headline"><body>hi</body></message>', false],
  ['<message from="a@b/c" type="groupchat"><body>hi</body></message>', false],
  ['<message from="a@b/c" type="error"><body>hi</body></message>', false],
  ['<message from="me@localhost" type="chat"><body>a copy</body></message>', false],
  ['<iq from="a@b/c" type="get"><ping xmlns="urn:xmpp:ping"/></iq>', true],
  ['<iq from="a@b/c" type="result"/>', false],
  ['<presence from="a@b/c"/>', false],
])('%s must not be lost: %s', (xml, expected) => {
  expect(matters(stanzaOf(xml), 'me@localhost')).toBe(expected);
});

test('a client that did not ask is sent nothing; loads, reloads and unloads without a trace', async () => {
  const world = await World.start({ modules: [definition] });
  const host = world.host();
  const client = await world.available('juliet@localhost/balcony');
  client.send('<message to="juliet@localhost/balcony"><body>hi</body></message>');
  await settled();
  expect(client.take().map(({ name }) => name)).toEqual(['message']);
  const sizes = (): number[] => [
    host.streamFeatures.length,
    host.hooks['session/deliver'].size,
    host.hooks['session/closed'].size,
  ];
  const loaded = sizes();
  await host.modules.reload('smacks');
  expect(sizes()).toEqual(loaded);
  await host.modules.unload('smacks');
  expect(sizes()).toEqual(loaded.map((size) => size - 1));
  await world.stop();
});
