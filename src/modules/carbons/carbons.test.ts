import { afterEach, describe, expect, test } from 'vitest';
import { settled, World, type TestClient } from '../../../test/support/world.ts';
import { NS_CLIENT } from '../../xml/namespaces.ts';
import type { Element } from '../../xml/element.ts';
import definition from './carbons.ts';

const NS = 'urn:xmpp:carbons:2';
const NS_FORWARD = 'urn:xmpp:forward:0';
let world: World;

afterEach(() => world.stop());

async function turn(client: TestClient, state: 'enable' | 'disable'): Promise<string | undefined> {
  client.send(`<iq type="set" id="c"><${state} xmlns="${NS}"/></iq>`);
  await settled();
  return client.take()[0]?.attr('type');
}

interface People {
  readonly phone: TestClient;
  readonly desk: TestClient;
  readonly romeo: TestClient;
}

/** Juliet's phone gets her messages, her desk wants copies; romeo writes to her. */
async function start(): Promise<People> {
  world = await World.start({ modules: [definition] });
  const phone = await world.available('juliet@localhost/phone', 5);
  const desk = await world.available('juliet@localhost/desk', 1);
  const romeo = await world.available('romeo@localhost/orchard');
  expect(await turn(desk, 'enable')).toBe('result');
  phone.take();
  return { phone, desk, romeo };
}

/** The message inside a carbon, if the stanza is one. */
function inside(stanza: Element | undefined, direction: string): Element | undefined {
  return stanza?.child(direction, NS)?.child('forwarded', NS_FORWARD)?.child('message', NS_CLIENT);
}

const names = (got: readonly Element[], direction: string): (string | undefined)[] =>
  got.map((stanza) => inside(stanza, direction)?.attr('id'));

test('a copy of what was received goes to who did not get it, wrapped as §7 says', async () => {
  const { phone, desk, romeo } = await start();
  romeo.send('<message to="juliet@localhost" type="chat" id="1"><body>hi</body></message>');
  await settled();
  expect(phone.take().map((stanza) => stanza.attr('id'))).toEqual(['1']);
  const [carbon, ...more] = desk.take();
  expect(more).toEqual([]);
  expect(carbon?.attr('from')).toBe('juliet@localhost');
  expect(carbon?.attr('to')).toBe('juliet@localhost/desk');
  expect(carbon?.attr('type')).toBe('chat');
  const message = inside(carbon, 'received');
  expect(message?.attr('from')).toBe('romeo@localhost/orchard');
  expect(message?.childText('body')).toBe('hi');
});

test('a copy of what was sent goes to the others, not to the sender, whether or not it wants copies', async () => {
  const { phone, desk, romeo } = await start();
  await turn(phone, 'enable');
  phone.send('<message to="romeo@localhost/orchard" type="chat" id="1"><body>hi</body></message>');
  await settled();
  expect(names(desk.take(), 'sent')).toEqual(['1']);
  expect(phone.take()).toEqual([]);
  expect(romeo.take().length).toBe(1);
  await turn(desk, 'disable');
  phone.send('<message to="romeo@localhost/orchard" type="chat" id="2"><body>hi</body></message>');
  await settled();
  expect(desk.take()).toEqual([]);
});

test('nobody gets a message twice: of equal priority, to a full JID, to the own account', async () => {
  const { phone, desk, romeo } = await start();
  await turn(phone, 'enable');
  romeo.send('<message to="juliet@localhost/desk" type="chat" id="1"><body>hi</body></message>');
  await settled();
  expect(desk.take().map((stanza) => stanza.attr('id'))).toEqual(['1']);
  expect(names(phone.take(), 'received')).toEqual(['1']);
  phone.send('<presence><priority>1</priority></presence>');
  await settled();
  phone.take();
  desk.take();
  romeo.send('<message to="juliet@localhost" type="chat" id="2"><body>hi</body></message>');
  await settled();
  for (const client of [phone, desk]) expect(client.take().map((stanza) => stanza.attr('id'))).toEqual(['2']);
  phone.send('<message to="juliet@localhost/desk" type="chat" id="3"><body>hi</body></message>');
  await settled();
  expect(desk.take().map((stanza) => stanza.attr('id'))).toEqual(['3']);
  expect(phone.take()).toEqual([]);
});

test('a message that was refused leaves no copies', async () => {
  const { phone, desk, romeo } = await start();
  phone.send('<message to="nowhere.test" type="chat" id="1"><body>hi</body></message>');
  romeo.send('<message to="juliet@localhost" type="groupchat" id="1"><body>hi</body></message>');
  await settled();
  expect(desk.take()).toEqual([]);
});

// covers: 0280-6.1-invitation 0280-6.1-room 0280-6.1-error
describe('eligible (§6.1)', () => {
  const muc = 'xmlns="http://jabber.org/protocol/muc#user"';
  test.each<[string, string, string, boolean, boolean]>([
    // type, payload, to, copied as sent, copied as received
    ['chat', '<x xmlns="urn:y"/>', '', true, true],
    ['normal', '<body>hi</body>', '', true, true],
    ['normal', '<x xmlns="urn:y"/>', '', false, false],
    ['normal', '<received xmlns="urn:xmpp:receipts" id="1"/>', '', true, true],
    ['normal', '<gone xmlns="http://jabber.org/protocol/chatstates"/>', '', true, true],
    ['normal', '<displayed xmlns="urn:xmpp:chat-markers:0" id="1"/>', '', true, true],
    ['headline', '<body>hi</body>', '/desk', false, false],
    ['groupchat', '<body>hi</body>', '/desk', false, false],
    ['chat', `<body>hi</body><private xmlns="${NS}"/>`, '', false, false],
    ['chat', '<body>hi</body><no-copy xmlns="urn:xmpp:hints"/>', '', false, false],
    ['normal', '<x xmlns="jabber:x:conference" jid="r@muc.localhost"/>', '', true, true],
    ['normal', `<x ${muc}><invite from="a@b"/></x>`, '', false, true],
    ['normal', `<x ${muc}><decline from="a@b"/></x>`, '', false, false],
    ['chat', `<body>hi</body><x ${muc}/>`, '/desk', true, false],
    ['chat', `<body>hi</body><received xmlns="${NS}"><forwarded xmlns="${NS_FORWARD}"/></received>`, '', false, false],
  ])('type %s with %s to …%s: sent %s, received %s', async (type, payload, resource, sent, received) => {
    const { phone, desk, romeo } = await start();
    await turn(phone, 'enable');
    const stanza = (to: string): string => `<message to="${to}" type="${type}" id="1">${payload}</message>`;
    phone.send(stanza('romeo@localhost/orchard'));
    await settled();
    expect(names(desk.take(), 'sent')).toEqual(sent ? ['1'] : []);
    romeo.take();
    romeo.send(stanza(`juliet@localhost${resource}`));
    await settled();
    const copies = [...phone.take(), ...desk.take()].filter((got) => inside(got, 'received') !== undefined);
    expect(copies.length).toBe(received ? 1 : 0);
  });

  test('an error that a resource sent is not copied', async () => {
    const { phone, desk, romeo } = await start();
    const error = '<error type="cancel"><gone xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error>';
    romeo.send(`<message to="juliet@localhost/phone" type="error" id="1">${error}</message>`);
    await settled();
    expect(desk.take()).toEqual([]);
    expect(phone.take().length).toBe(1);
  });
});

test('S46: a forged carbon is not wrapped again, and comes from who sent it', async () => {
  const { phone, desk, romeo } = await start();
  const forged = `<received xmlns="${NS}"><forwarded xmlns="${NS_FORWARD}"><message xmlns="jabber:client" from="boss@localhost/x" to="juliet@localhost" type="chat"><body>pay</body></message></forwarded></received>`;
  romeo.send(`<message to="juliet@localhost" type="chat" id="1">${forged}</message>`);
  await settled();
  expect(phone.take().map((stanza) => stanza.attr('from'))).toEqual(['romeo@localhost/orchard']);
  expect(desk.take()).toEqual([]);
});

test('may be asked for again and again; not for somebody else', async () => {
  const { desk, romeo } = await start();
  expect(await turn(desk, 'enable')).toBe('result');
  expect(await turn(desk, 'disable')).toBe('result');
  expect(await turn(desk, 'disable')).toBe('result');
  romeo.send(`<iq type="set" id="c" to="juliet@localhost"><enable xmlns="${NS}"/></iq>`);
  await settled();
  expect(romeo.take()[0]?.attr('type')).toBe('error');
});

test('who wants copies still does after a reload; loads, reloads and unloads without a trace', async () => {
  const { desk, romeo } = await start();
  const { hooks, iqs, modules } = world.host();
  const loaded = [hooks['stanza/sent'].size, hooks['stanza/delivered'].size];
  expect(loaded).toEqual([1, 1]);
  await modules.reload('carbons');
  expect([hooks['stanza/sent'].size, hooks['stanza/delivered'].size]).toEqual(loaded);
  romeo.send('<message to="juliet@localhost" type="chat" id="1"><body>hi</body></message>');
  await settled();
  expect(names(desk.take(), 'received')).toEqual(['1']);
  await modules.unload('carbons');
  expect([hooks['stanza/sent'].size, hooks['stanza/delivered'].size, iqs.size]).toEqual([0, 0, 0]);
});
