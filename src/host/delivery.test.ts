/** Who gets what: RFC 6121 §8.5 for every kind and type of stanza, and every state of the account addressed. */
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ROUTING, settled, World, type TestClient } from '../../test/support/world.ts';
import { el } from '../xml/element.ts';
import { NS_CLIENT } from '../xml/namespaces.ts';
import { Stanza } from '../xml/stanza.ts';
import { defineModule } from './module.ts';

const BODY = '<body>hi</body>';
let world: World;

afterEach(() => world.stop());

/** What the sender gets back: nothing, or the condition of an error. */
function answer(sender: TestClient): string | undefined {
  const [reply] = sender.take();
  if (reply === undefined) return undefined;
  expect(reply.attr('type')).toBe('error');
  return reply.child('error')?.elements()[0]?.name;
}

/** Resources of romeo by name, with their priority; `null` is a connected resource that never sent presence. */
type Resources = Readonly<Record<string, number | null>>;

/** Send a stanza from juliet to romeo; say which of his resources got it, and what she heard. */
async function deliver(stanza: string, resources: Resources): Promise<[string[], string | undefined]> {
  world = await World.start();
  const juliet = await world.client('juliet@localhost/balcony');
  const clients = new Map<string, TestClient>();
  for (const [resource, priority] of Object.entries(resources)) {
    const address = `romeo@localhost/${resource}`;
    clients.set(resource, priority === null ? await world.client(address) : await world.available(address, priority));
  }
  await settled();
  for (const client of clients.values()) client.take();
  juliet.send(stanza);
  await settled();
  const got = [...clients].filter(([, client]) => client.received.length > 0).map(([resource]) => resource);
  return [got, answer(juliet)];
}

const MANY: Resources = { high: 5, equal: 5, low: 1, away: -1, silent: null };
const message = (to: string, type?: string): string =>
  `<message id="1" to="${to}"${type === undefined ? '' : ` type="${type}"`}>${BODY}</message>`;

describe('message to the bare JID', () => {
  test.each([
    ['none', undefined, ['high', 'equal'], undefined],
    ['normal', 'normal', ['high', 'equal'], undefined],
    ['unknown', 'strange', ['high', 'equal'], undefined],
    ['chat', 'chat', ['high', 'equal'], undefined],
    ['headline', 'headline', ['high', 'equal', 'low'], undefined],
    ['groupchat', 'groupchat', [], 'service-unavailable'],
    ['error', 'error', [], undefined],
  ])('type %s with available resources', async (_name, type, got, heard) => {
    expect(await deliver(message('romeo@localhost', type), MANY)).toEqual([got, heard]);
  });

  test.each([
    ['normal', 'service-unavailable'],
    ['chat', 'service-unavailable'],
    ['groupchat', 'service-unavailable'],
    ['headline', undefined],
    ['error', undefined],
  ])('type %s with none that may get it', async (type, heard) => {
    for (const resources of [{}, { away: -1 }, { silent: null }]) {
      expect(await deliver(message('romeo@localhost', type), resources)).toEqual([[], heard]);
      await world.stop();
    }
  });
});

describe('message to a full JID', () => {
  test.each(['normal', 'chat', 'headline', 'groupchat', 'error'])(
    'type %s reaches that resource, whatever its state',
    async (type) => {
      for (const resource of ['low', 'away', 'silent']) {
        expect(await deliver(message(`romeo@localhost/${resource}`, type), MANY)).toEqual([[resource], undefined]);
        await world.stop();
      }
    },
  );

  test.each([
    ['chat', ['high', 'equal'], undefined],
    ['normal', ['high', 'equal'], undefined],
    ['headline', [], undefined],
    ['groupchat', [], 'service-unavailable'],
    ['error', [], undefined],
  ])('type %s to a resource that is gone', async (type, got, heard) => {
    expect(await deliver(message('romeo@localhost/gone', type), MANY)).toEqual([got, heard]);
  });
});

describe('presence', () => {
  test.each(['', ' type="unavailable"'])(
    'directed to the bare JID goes to all available resources (%s)',
    async (type) => {
      const [got, heard] = await deliver(`<presence to="romeo@localhost"${type}/>`, MANY);
      expect([got, heard]).toEqual([['high', 'equal', 'low', 'away'], undefined]);
    },
  );

  test('directed to a full JID goes to that resource, or nowhere', async () => {
    expect(await deliver('<presence to="romeo@localhost/silent"/>', MANY)).toEqual([['silent'], undefined]);
    await world.stop();
    expect(await deliver('<presence to="romeo@localhost/gone"/>', MANY)).toEqual([[], undefined]);
  });

  test.each(['subscribe', 'subscribed', 'unsubscribe', 'unsubscribed', 'probe'])(
    '%s reaches no resource',
    async (type) => {
      expect(await deliver(`<presence to="romeo@localhost" type="${type}"/>`, MANY)).toEqual([[], undefined]);
    },
  );
});

describe('iq', () => {
  const iq = (to: string, type = 'get'): string =>
    `<iq id="1" to="${to}" type="${type}"><query xmlns="urn:unknown"/></iq>`;

  test.each(['get', 'set', 'result', 'error'])('type %s to a full JID reaches that resource', async (type) => {
    expect(await deliver(iq('romeo@localhost/silent', type), MANY)).toEqual([['silent'], undefined]);
  });

  test.each([
    ['get', 'service-unavailable'],
    ['set', 'service-unavailable'],
    ['result', undefined],
    ['error', undefined],
  ])('type %s to a resource or an account that is not there', async (type, heard) => {
    for (const to of [
      'romeo@localhost/gone',
      'romeo@localhost',
      'nobody@localhost',
      'nobody@localhost/x',
      'localhost',
    ]) {
      expect(await deliver(iq(to, type), { silent: null }), to).toEqual([[], heard]);
      await world.stop();
    }
  });
});

describe('around the recipient', () => {
  test('an account and one that is not there give the same answer', async () => {
    const [, toNobody] = await deliver(message('nobody@localhost', 'chat'), {});
    await world.stop();
    const [, toOffline] = await deliver(message('romeo@localhost', 'chat'), {});
    expect(toNobody).toBe(toOffline);
  });

  test('a resource that ends while a message to it waits for its commit is passed over', async () => {
    world = await World.start();
    const juliet = await world.client('juliet@localhost/balcony');
    const left = await world.available('romeo@localhost/left', 5);
    const right = await world.available('romeo@localhost/right', 1);
    const store = world.server.storage.keyed<string>('localhost', 'test', { encode: String, decode: String });
    world.host().hooks['stanza/outgoing'].add('test', 'store', ({ unit, user }) => void store.put(unit, user, 'x'));
    juliet.send(message('romeo@localhost', 'chat'));
    left.end();
    await settled();
    expect(right.take().filter((stanza) => stanza.name === 'message')).toHaveLength(1);
  });

  test('stanza/undelivered may take a message that nobody gets, and only a message', async () => {
    world = await World.start();
    const juliet = await world.client('juliet@localhost/balcony');
    const taken: (string | undefined)[] = [];
    world.host().hooks['stanza/undelivered'].add('test', 'store', (event) => {
      taken.push(event.stanza.id);
      if (event.stanza.id === 'keep') event.take();
    });
    juliet.send('<message id="keep" to="romeo@localhost"><body/></message>');
    juliet.send('<message id="bounce" to="romeo@localhost"><body/></message>');
    juliet.send('<iq id="iq" type="get" to="romeo@localhost/x"><q xmlns="urn:q"/></iq>');
    await settled();
    expect(taken).toEqual(['keep', 'bounce']);
    expect(juliet.take().map((stanza) => stanza.attr('id'))).toEqual(['bounce', 'iq']);
  });

  test('what stanza/undelivered writes is committed before anything else of the sender goes on', async () => {
    world = await World.start();
    const juliet = await world.client('juliet@localhost/balcony');
    const nurse = await world.available('nurse@localhost/n');
    const store = world.server.storage.keyed<string>('localhost', 'test', { encode: String, decode: String });
    let fail = false;
    world.host().hooks['stanza/undelivered'].add('test', 'store', (event) => {
      store.update(event.unit, event.user, () => {
        if (fail) throw new Error('disk full');
        return event.stanza.id;
      });
      event.take();
    });
    juliet.send('<message id="stored" to="romeo@localhost"><body/></message>');
    juliet.send('<message id="after" to="nurse@localhost/n"/>');
    expect(nurse.take()).toEqual([]);
    expect(juliet.session.handled.prefix).toBe(0);
    await settled();
    expect(await store.get('romeo@localhost')).toBe('stored');
    expect(nurse.take().map((stanza) => stanza.attr('id'))).toEqual(['after']);
    expect([juliet.take(), juliet.session.handled.prefix]).toEqual([[], 2]);
    fail = true;
    juliet.send('<message id="lost" to="romeo@localhost"><body/></message>');
    await settled();
    expect(answer(juliet)).toBe('resource-constraint');
  });

  test('domains: another host of this server, one that is nowhere', async () => {
    world = await World.start({ hosts: [{ domain: 'one.test' }, { domain: 'two.test' }] });
    const juliet = await world.client('juliet@one.test/a');
    const romeo = await world.available('romeo@two.test/b');
    juliet.send('<message id="1" to="romeo@two.test"><body/></message>');
    juliet.send('<message id="2" to="romeo@three.test"><body/></message>');
    await settled();
    expect(romeo.take().map((stanza) => stanza.attr('from'))).toEqual(['juliet@one.test/a']);
    expect(answer(juliet)).toBe('remote-server-not-found');
  });

  test('a component answers at every address of its domain', async () => {
    const echo = defineModule({
      name: 'echo',
      summary: 'Sends messages back',
      xeps: [],
      scope: 'component',
      options: z.object({}),
      setup(m) {
        m.iq('get', 'urn:echo', 'q', () => el('pong', 'urn:echo'));
        m.delivers('message', ({ stanza, from, to }) => {
          if (to?.local === 'nobody') return 'unavailable';
          m.send(stanza.with({ from: to?.toString(), to: from.toString() }));
          return 'done';
        });
      },
    });
    world = await World.start({
      modules: [echo],
      hosts: [{ modules: ROUTING }, { domain: 'echo.localhost', kind: 'component', modules: ['echo'] }],
    });
    const juliet = await world.client('juliet@localhost/balcony');
    juliet.send('<message id="1" to="room@echo.localhost/nick"><body/></message>');
    juliet.send('<message id="2" to="nobody@echo.localhost"><body/></message>');
    juliet.send('<iq id="3" type="get" to="echo.localhost"><q xmlns="urn:echo"/></iq>');
    juliet.send('<iq id="4" type="get" to="room@echo.localhost"><q xmlns="urn:echo"/></iq>');
    await settled();
    const got = juliet.take().map((stanza) => [stanza.attr('id'), stanza.attr('from'), stanza.attr('type')]);
    got.sort(([a], [b]) => Number(a) - Number(b));
    expect(got).toEqual([
      ['1', 'room@echo.localhost/nick', undefined],
      ['2', 'nobody@echo.localhost', 'error'],
      ['3', 'echo.localhost', 'result'],
      ['4', 'room@echo.localhost', 'error'],
    ]);
  });

  test('from is what the server says, claims in its name are removed, the language of the stream is added', async () => {
    world = await World.start();
    const romeo = await world.available('romeo@localhost/orchard');
    const juliet = await world.client('juliet@localhost/balcony');
    juliet.send(
      '<message from="boss@localhost" to="romeo@localhost"><body>1</body>' +
        '<stanza-id xmlns="urn:xmpp:sid:0" by="romeo@localhost" id="a"/>' +
        '<stanza-id xmlns="urn:xmpp:sid:0" by="other.test" id="b"/>' +
        '<stanza-id xmlns="urn:xmpp:sid:0" by="LOCALHOST" id="c"/>' +
        '<delay xmlns="urn:xmpp:delay" from="localhost" stamp="2020-01-01T00:00:00Z"/></message>',
    );
    await settled();
    const [got] = romeo.take();
    expect(got?.attr('from')).toBe('juliet@localhost/balcony');
    expect(got?.elements('stanza-id', 'urn:xmpp:sid:0').map((id) => id.attr('id'))).toEqual(['b']);
    expect(got?.child('delay', 'urn:xmpp:delay')).toBeUndefined();
  });

  test('errors are never answered, whoever sends them where', async () => {
    world = await World.start();
    const juliet = await world.client('juliet@localhost/balcony');
    const error = el('error', NS_CLIENT, { type: 'cancel' });
    for (const to of ['romeo@localhost', 'localhost', 'a@b@c', 'x@nowhere.test']) {
      for (const name of ['message', 'presence', 'iq']) {
        juliet.session.receive(Stanza.of(el(name, NS_CLIENT, { to, type: 'error', id: '1' }, error)));
      }
    }
    await settled();
    expect(juliet.take()).toEqual([]);
  });
});
