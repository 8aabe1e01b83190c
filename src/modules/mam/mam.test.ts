import { afterEach, describe, expect, test } from 'vitest';
import { settled, stanzaOf, World, type TestClient } from '../../../test/support/world.ts';
import { NS_CLIENT } from '../../xml/namespaces.ts';
import type { Element } from '../../xml/element.ts';
import carbons from '../carbons/carbons.ts';
import offline from '../offline/offline.ts';
import definition from './mam.ts';
import { isKept } from './protocol.ts';

const NS = 'urn:xmpp:mam:2';
const NS_SID = 'urn:xmpp:sid:0';
const NS_RSM = 'http://jabber.org/protocol/rsm';
let world: World;
let now = 0;

afterEach(() => world.stop());

interface People {
  readonly juliet: TestClient;
  readonly romeo: TestClient;
}

async function start(options: Record<string, unknown> = {}): Promise<People> {
  now = Date.UTC(2026, 0, 1) * 1000;
  world = await World.start({
    modules: [definition, offline, carbons],
    hosts: [{ options }],
    now: () => (now += 1_000_000),
  });
  return {
    juliet: await world.available('juliet@localhost/balcony'),
    romeo: await world.available('romeo@localhost/o'),
  };
}

const chat = (to: string, id: string, content = `<body>${id}</body>`): string =>
  `<message to="${to}" type="chat" id="${id}">${content}</message>`;

async function say(from: TestClient, to: string, ...ids: string[]): Promise<void> {
  for (const id of ids) from.send(chat(to, id));
  await settled();
}

interface Answer {
  /** Ids of the messages, as their senders gave them. */
  readonly messages: (string | undefined)[];
  readonly results: Element[];
  readonly fin: Element | undefined;
  /** Condition of the error, where it is one. */
  readonly error: string | undefined;
}

const field = (name: string, ...values: string[]): string =>
  `<field var="${name}">${values.map((value) => `<value>${value}</value>`).join('')}</field>`;
const form = (...fields: string[]): string =>
  `<x xmlns="jabber:x:data" type="submit">${field('FORM_TYPE', NS)}${fields.join('')}</x>`;
const set = (content: string): string => `<set xmlns="${NS_RSM}">${content}</set>`;

async function ask(client: TestClient, content = '', to = ''): Promise<Answer> {
  client.take();
  client.send(`<iq type="set" id="q"${to}><query xmlns="${NS}" queryid="x&amp;y">${content}</query></iq>`);
  await settled();
  const got = client.take();
  const iq = got.pop();
  const results = got.map((message) => message.child('result', NS)).filter((result) => result !== undefined);
  return {
    results,
    messages: results.map((result) => inside(result)?.attr('id')),
    fin: iq?.child('fin', NS),
    error: iq?.child('error')?.elements()[0]?.name,
  };
}

const inside = (result: Element | undefined): Element | undefined =>
  result?.child('forwarded', 'urn:xmpp:forward:0')?.child('message', NS_CLIENT);
const uid = (answer: Answer, at: number): string => answer.results.at(at)?.attr('id') ?? 'none';
const stanzaIds = (stanza: Element | undefined): string[] =>
  (stanza?.elements('stanza-id', NS_SID) ?? []).map((id) => `${id.attr('by')} ${id.attr('id')}`);

// covers: 0313-3.4-own
test('sender and recipient find a message; the copies delivered carry the id of their own archive', async () => {
  const { juliet, romeo } = await start();
  const other = await world.available('romeo@localhost/phone', -1);
  other.send('<iq type="set" id="c"><enable xmlns="urn:xmpp:carbons:2"/></iq>');
  await settled();
  other.take();
  await say(romeo, 'juliet@localhost', '1');
  const [received] = juliet.take();
  const copy = other.take()[0]?.child('sent', 'urn:xmpp:carbons:2')?.child('forwarded', 'urn:xmpp:forward:0');
  const hers = await ask(juliet);
  const his = await ask(romeo);
  expect([hers.messages, his.messages]).toEqual([['1'], ['1']]);
  expect(stanzaIds(received)).toEqual([`juliet@localhost ${uid(hers, 0)}`]);
  expect(stanzaIds(copy?.child('message', NS_CLIENT))).toEqual([`romeo@localhost ${uid(his, 0)}`]);
  expect(hers.results[0]?.attr('queryid')).toBe('x&y');
  expect(inside(hers.results[0])?.attr('from')).toBe('romeo@localhost/o');
  expect(hers.results[0]?.child('forwarded', 'urn:xmpp:forward:0')?.child('delay', 'urn:xmpp:delay')).toBeDefined();
  expect(hers.fin?.attr('complete')).toBe('true');
});

test('S48: ids that claim to be ours are gone, from the live copy and from the archive', async () => {
  const { juliet, romeo } = await start();
  const forged = '<stanza-id xmlns="urn:xmpp:sid:0" by="juliet@localhost" id="boss"/>';
  romeo.send(chat('juliet@localhost', '1', `${forged}<body>hi</body>${forged}`));
  await settled();
  const [received] = juliet.take();
  const hers = await ask(juliet);
  expect(stanzaIds(received)).toEqual([`juliet@localhost ${uid(hers, 0)}`]);
  expect(stanzaIds(inside(hers.results[0]))).toEqual([]);
});

// covers: 0313-3.1-order
test('pages forwards and backwards, in chronological order, each message once', async () => {
  const { juliet, romeo } = await start();
  await say(romeo, 'juliet@localhost', '1', '2', '3', '4', '5');
  const first = await ask(juliet, set('<max>2</max>'));
  expect([first.messages, first.fin?.attr('complete')]).toEqual([['1', '2'], undefined]);
  expect(first.fin?.child('set', NS_RSM)?.childText('first')).toBe(uid(first, 0));
  expect(first.fin?.child('set', NS_RSM)?.childText('last')).toBe(uid(first, 1));
  expect(first.fin?.child('set', NS_RSM)?.childText('count')).toBe('5');
  const second = await ask(juliet, set(`<max>2</max><after>${uid(first, 1)}</after>`));
  expect(second.messages).toEqual(['3', '4']);
  const third = await ask(juliet, set(`<max>2</max><after>${uid(second, 1)}</after>`));
  expect([third.messages, third.fin?.attr('complete')]).toEqual([['5'], 'true']);
  const last = await ask(juliet, set('<max>2</max><before/>'));
  expect([last.messages, last.fin?.attr('complete')]).toEqual([['4', '5'], undefined]);
  const before = await ask(juliet, set(`<max>3</max><before>${uid(last, 0)}</before>`));
  expect([before.messages, before.fin?.attr('complete')]).toEqual([['1', '2', '3'], 'true']);
  const flipped = await ask(juliet, `${set('<max>2</max>')}<flip-page/>`);
  expect(flipped.messages).toEqual(['2', '1']);
  expect(flipped.fin?.child('set', NS_RSM)?.childText('first')).toBe(uid(flipped, 1));
  const counted = await ask(juliet, set('<max>0</max>'));
  expect([counted.messages, counted.fin?.child('set', NS_RSM)?.childText('count')]).toEqual([[], '5']);
  expect((await ask(juliet, set('<after>unknown</after>'))).error).toBe('item-not-found');
});

// covers: 0313-4.1.2-time 0313-4.1.3-ids 0313-4.1.3-not-found
test('filters: with whom, when, between ids, single ones', async () => {
  const { juliet, romeo } = await start();
  const paris = await world.available('paris@localhost/p');
  await say(romeo, 'juliet@localhost', '1');
  const middle = new Date(now / 1000 + 500).toISOString();
  await say(paris, 'juliet@localhost', '2');
  await say(juliet, 'romeo@localhost/o', '3');
  const every = await ask(juliet);
  const messages = async (...fields: string[]): Promise<unknown> => (await ask(juliet, form(...fields))).messages;
  expect(every.messages).toEqual(['1', '2', '3']);
  expect(await messages(field('with', 'romeo@localhost'))).toEqual(['1', '3']);
  expect(await messages(field('with', 'paris@localhost/p'))).toEqual(['2']);
  expect(await messages(field('with', 'paris@localhost/other'))).toEqual([]);
  expect(await messages(field('start', middle))).toEqual(['2', '3']);
  expect(await messages(field('end', middle))).toEqual(['1']);
  expect(await messages(field('after-id', uid(every, 0)), field('before-id', uid(every, 2)))).toEqual(['2']);
  expect(await messages(field('ids', uid(every, 2), uid(every, 0)))).toEqual(['1', '3']);
});

test.each([
  [form(field('start', 'yesterday')), 'not-acceptable'],
  [form(field('colour', 'red')), 'feature-not-implemented'],
  [`<x xmlns="jabber:x:data" type="submit">${field('FORM_TYPE', 'urn:other')}</x>`, 'bad-request'],
  [set('<max>-1</max>'), 'bad-request'],
  [set('<index>3</index>'), 'feature-not-implemented'],
  [form(field('ids', 'unknown')), 'item-not-found'],
  [form(field('ids', ...Array.from({ length: 501 }, (_, i) => String(i)))), 'not-acceptable'],
])('%.60s is refused with %s', async (query, error) => {
  const { juliet } = await start();
  expect((await ask(juliet, query)).error).toBe(error);
});

test('S62: an archive is for its owner alone', async () => {
  const { juliet, romeo } = await start();
  await say(romeo, 'juliet@localhost', '1');
  for (const victim of ['juliet@localhost', 'nobody@localhost']) {
    const answer = await ask(romeo, '', ` to="${victim}"`);
    expect([answer.messages, answer.error]).toEqual([[], 'forbidden']);
  }
  juliet.take();
});

// covers: 0313-4.3.1-limit
test('S64: no page is larger than the limit, whatever is asked for', async () => {
  const { juliet, romeo } = await start({ max_archive_query_results: 3 });
  await say(romeo, 'juliet@localhost', '1', '2', '3', '4');
  expect((await ask(juliet)).messages.length).toBe(3);
  expect((await ask(juliet, set('<max>1000000</max>'))).messages.length).toBe(3);
});

test('S64: nor by bytes; paging goes on where it ended', async () => {
  const { juliet, romeo } = await start();
  for (const id of ['1', '2', '3']) romeo.send(chat('juliet@localhost', id, `<body>${'x'.repeat(100_000)}</body>`));
  await settled();
  const page = await ask(juliet);
  expect([page.messages, page.fin?.attr('complete')]).toEqual([['1', '2'], undefined]);
  expect((await ask(juliet, set(`<after>${uid(page, 1)}</after>`))).messages).toEqual(['3']);
  expect((await ask(juliet, set('<before/>'))).messages).toEqual(['2', '3']);
});

test('a message sent again is stored once and delivered again, with the same id; another sender is another message', async () => {
  const { juliet, romeo } = await start();
  const paris = await world.available('paris@localhost/p');
  await say(romeo, 'juliet@localhost', '1');
  await say(romeo, 'juliet@localhost', '1');
  const live = juliet.take().map((message) => stanzaIds(message)[0]);
  expect([live.length, live[0]]).toEqual([2, live[1]]);
  await say(paris, 'juliet@localhost', '1');
  await say(romeo, 'paris@localhost', '1');
  expect((await ask(juliet)).messages).toEqual(['1', '1']);
  expect((await ask(romeo)).messages).toEqual(['1', '1']);
});

test('a message to oneself is stored once', async () => {
  const { juliet } = await start();
  juliet.send('<message type="chat" id="1"><body>to me</body></message>');
  juliet.send('<message type="chat" to="juliet@localhost"><body>without an id</body></message>');
  await settled();
  expect((await ask(juliet)).messages).toEqual(['1', undefined]);
});

test('a refused message is in no archive', async () => {
  const { romeo } = await start();
  await say(romeo, 'juliet@nowhere.test', '1');
  expect((await ask(romeo)).messages).toEqual([]);
});

test('preferences: default and rules, told and obeyed', async () => {
  const { juliet, romeo } = await start();
  const paris = await world.available('paris@localhost/p');
  juliet.send(`<iq type="get" id="1"><prefs xmlns="${NS}"/></iq>`);
  await settled();
  expect(juliet.take()[0]?.child('prefs', NS)?.attr('default')).toBe('always');
  const never = '<never><jid>romeo@localhost</jid></never>';
  juliet.send(`<iq type="set" id="2"><prefs xmlns="${NS}" default="always">${never}</prefs></iq>`);
  await settled();
  const told = juliet.take()[0]?.child('prefs', NS);
  expect(told?.child('never')?.childText('jid')).toBe('romeo@localhost');
  expect(told?.child('always')?.children).toEqual([]);
  await say(romeo, 'juliet@localhost', '1');
  await say(paris, 'juliet@localhost', '2');
  const always = '<always><jid>paris@localhost/p</jid></always>';
  juliet.send(`<iq type="set" id="3"><prefs xmlns="${NS}" default="roster">${always}</prefs></iq>`);
  await say(romeo, 'juliet@localhost', '3');
  await say(paris, 'juliet@localhost', '4');
  expect((await ask(juliet)).messages).toEqual(['2', '4']);
  juliet.send(`<iq type="set" id="4"><prefs xmlns="${NS}"/></iq>`);
  await settled();
  expect(juliet.take()[0]?.attr('type')).toBe('error');
});

test('metadata tells the ends of the archive', async () => {
  const { juliet, romeo } = await start();
  const metadata = async (): Promise<Element | undefined> => {
    juliet.send(`<iq type="get" id="1"><metadata xmlns="${NS}"/></iq>`);
    await settled();
    return juliet.take().pop()?.child('metadata', NS);
  };
  expect((await metadata())?.children).toEqual([]);
  await say(romeo, 'juliet@localhost', '1', '2', '3');
  const all = await ask(juliet);
  const told = await metadata();
  expect([told?.child('start')?.attr('id'), told?.child('end')?.attr('id')]).toEqual([uid(all, 0), uid(all, 2)]);
});

test('without resources: stored, delivered later with the id, not to who has asked the archive', async () => {
  const { juliet, romeo } = await start();
  juliet.end();
  await settled();
  await say(romeo, 'juliet@localhost', '1');
  expect(romeo.take()).toEqual([]);
  const modern = await world.client('juliet@localhost/modern');
  const all = await ask(modern);
  expect(all.messages).toEqual(['1']);
  modern.send('<presence/>');
  await settled();
  expect(modern.take().filter(({ name }) => name === 'message')).toEqual([]);
  const old = await world.client('juliet@localhost/old');
  old.send('<presence/>');
  await settled();
  const late = old.take().filter(({ name }) => name === 'message');
  expect(late.map(stanzaIds)).toEqual([[`juliet@localhost ${uid(all, 0)}`]]);
});

describe('which messages', () => {
  test.each<[string, boolean]>([
    ['<message type="chat"><body>hi</body></message>', true],
    ['<message><body>hi</body></message>', true],
    ['<message><subject>hi</subject></message>', true],
    ['<message><x xmlns="urn:y"/></message>', false],
    ['<message><x xmlns="urn:y"/><store xmlns="urn:xmpp:hints"/></message>', true],
    ['<message><body>hi</body><no-store xmlns="urn:xmpp:hints"/></message>', false],
    ['<message><body>hi</body><no-permanent-store xmlns="urn:xmpp:hints"/></message>', false],
    ['<message type="groupchat"><body>hi</body></message>', false],
    ['<message type="headline"><body>hi</body></message>', false],
    ['<message type="error"><body>hi</body></message>', false],
    ['<message><received xmlns="urn:xmpp:receipts" id="1"/></message>', true],
    ['<message type="chat"><encryption xmlns="urn:xmpp:eme:0"/></message>', true],
    ['<message><x xmlns="http://jabber.org/protocol/muc#user"><invite/></x></message>', true],
    ['<message><x xmlns="http://jabber.org/protocol/muc#user"/></message>', false],
  ])('%s: %s', async (xml, kept) => {
    await start();
    expect(isKept(stanzaOf(xml), false)).toBe(kept);
  });

  test('chat states are left out of what is kept', async () => {
    const { juliet, romeo } = await start();
    const state = '<active xmlns="http://jabber.org/protocol/chatstates"/>';
    romeo.send(chat('juliet@localhost', '1', `${state}<body>hi</body>`));
    romeo.send(chat('juliet@localhost', '2', `${state}<store xmlns="urn:xmpp:hints"/>`));
    await settled();
    const all = await ask(juliet);
    expect(
      all.results.map((result) =>
        inside(result)
          ?.elements()
          .map(({ name }) => name),
      ),
    ).toEqual([['body'], ['store']]);
  });
});

test('goes with the account; loads, reloads and unloads without a trace', async () => {
  const { juliet, romeo } = await start();
  const { hooks, iqs, modules } = world.host();
  await say(romeo, 'juliet@localhost', '1');
  const unit = world.server.storage.unit();
  await hooks['user/deleted'].emit({ user: 'juliet@localhost', unit });
  await unit.submit()?.settled();
  expect((await ask(juliet)).messages).toEqual([]);
  expect((await ask(romeo)).messages).toEqual(['1']);
  const sizes = (): number[] => [
    iqs.size,
    hooks['stanza/outgoing'].size,
    hooks['stanza/incoming'].size,
    hooks['stanza/undelivered'].size,
    hooks['user/deleted'].size,
  ];
  const loaded = sizes();
  await modules.reload('mam');
  expect(sizes()).toEqual(loaded);
  await say(romeo, 'juliet@localhost', '2');
  expect((await ask(juliet)).messages).toEqual(['2']);
  await modules.unload('mam');
  expect(hooks['stanza/undelivered'].size).toBe((loaded[3] ?? 0) - 1);
  expect((await ask(juliet)).error).toBe('service-unavailable');
});

test('mam_smart_enable: an account whose clients never asked for an archive has none', async () => {
  const { juliet, romeo } = await start({ mam_smart_enable: true, archive_store: 'archive2' });
  await say(romeo, 'juliet@localhost', '1');
  expect((await ask(juliet)).messages).toEqual([]); // and from now on it has
  await say(romeo, 'juliet@localhost', '2');
  expect([(await ask(juliet)).messages, (await ask(romeo)).messages]).toEqual([['2'], []]);
  const { entries } = await world.server.storage
    .archive('localhost', 'archive2')
    .find('juliet@localhost', { order: 'forward', max: 9 });
  expect(entries).toHaveLength(1);
});
