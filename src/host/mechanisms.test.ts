/** The promises that modules are built on, each shown by a server under stress. */
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { settled, World } from '../../test/support/world.ts';
import { StanzaError } from '../stanza/errors.ts';
import { el } from '../xml/element.ts';
import { NS_CLIENT } from '../xml/namespaces.ts';
import { Stanza } from '../xml/stanza.ts';
import { defineModule, type ModuleApi, type ModuleDefinition } from './module.ts';

const NS = 'urn:test';
const worlds: World[] = [];

async function start(...args: Parameters<typeof World.start>): Promise<World> {
  const world = await World.start(...args);
  worlds.push(world);
  return world;
}

afterEach(async () => {
  for (const world of worlds.splice(0)) await world.stop();
});

function testModule(name: string, setup: (m: ModuleApi) => void | Promise<void>): ModuleDefinition {
  return defineModule({ name, summary: name, xeps: [], scope: 'host', options: z.object({}), setup });
}

const ids = (elements: readonly { attr(name: string): string | undefined }[]): (string | undefined)[] =>
  elements.map((element) => element.attr('id'));

describe('waiting', () => {
  test('a slow get does not hold messages; its answer comes when it is ready', async () => {
    let finish: (() => void) | undefined;
    const slow = testModule('slow', (m) => {
      m.iq('get', NS, 'slow', () => new Promise((resolve) => (finish = () => resolve(undefined))));
    });
    const world = await start({ modules: [slow] });
    const alice = await world.available('alice@localhost/a');
    const bob = await world.available('bob@localhost/b');
    alice.send(`<iq type="get" id="slow" to="localhost"><slow xmlns="${NS}"/></iq>`);
    alice.send('<message id="m" to="bob@localhost/b"><body>hi</body></message>');
    await settled();
    expect(ids(bob.take())).toEqual(['m']);
    expect(alice.take()).toEqual([]);
    finish?.();
    await settled();
    expect(ids(alice.take())).toEqual(['slow']);
  });

  test('a slow set holds what the same client sends after it, and nobody else', async () => {
    let finish: (() => void) | undefined;
    const slow = testModule('slow', (m) => {
      m.iq('set', NS, 'slow', () => new Promise((resolve) => (finish = () => resolve(undefined))));
    });
    const world = await start({ modules: [slow] });
    const alice = await world.available('alice@localhost/a');
    const bob = await world.available('bob@localhost/b');
    alice.send(`<iq type="set" id="slow" to="localhost"><slow xmlns="${NS}"/></iq>`);
    alice.send('<message id="behind" to="bob@localhost/b"><body>hi</body></message>');
    bob.send('<message id="other" to="alice@localhost/a"><body>hi</body></message>');
    await settled();
    expect(bob.take()).toEqual([]);
    expect(ids(alice.take())).toEqual(['other']);
    finish?.();
    await settled();
    expect(ids(alice.take())).toEqual(['slow']);
    expect(ids(bob.take())).toEqual(['behind']);
  });

  test('no more than sixteen gets of one session overlap: the next one holds the queue', async () => {
    const finish: (() => void)[] = [];
    const slow = testModule('slow', (m) => {
      m.iq('get', NS, 'slow', () => new Promise((resolve) => finish.push(() => resolve(undefined))));
    });
    const world = await start({ modules: [slow] });
    const alice = await world.available('alice@localhost/a');
    for (let i = 0; i < 20; i++) alice.send(`<iq type="get" id="${i}" to="localhost"><slow xmlns="${NS}"/></iq>`);
    await settled();
    expect(finish.length).toBe(17);
    while (finish.length > 0) {
      finish.shift()?.();
      await settled();
    }
    expect(ids(alice.take()).sort((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: 20 }, (_, i) => `${i}`),
    );
  });

  test('two accounts whose requests await each other do not block', async () => {
    const asker = testModule('asker', (m) => {
      m.iq('set', NS, 'ask', async ({ query }) => {
        const peer = query.attr('peer') ?? '';
        const ping = el('iq', NS_CLIENT, { type: 'get', to: peer }, el('ping', NS));
        const answer = await m.request(Stanza.of(ping));
        return el('told', NS, { by: answer.from });
      });
    });
    const world = await start({ modules: [asker] });
    const alice = await world.available('alice@localhost/a');
    const bob = await world.available('bob@localhost/b');
    alice.send(`<iq type="set" id="1" to="localhost"><ask xmlns="${NS}" peer="bob@localhost/b"/></iq>`);
    bob.send(`<iq type="set" id="2" to="localhost"><ask xmlns="${NS}" peer="alice@localhost/a"/></iq>`);
    await settled();
    for (const client of [alice, bob]) {
      const [request] = client.take();
      expect(request?.child('ping', NS)).toBeDefined();
      client.send(`<iq type="result" id="${request?.attr('id')}" to="${request?.attr('from')}"/>`);
    }
    await settled();
    expect(alice.take()[0]?.child('told', NS)?.attr('by')).toBe('bob@localhost/b');
    expect(bob.take()[0]?.child('told', NS)?.attr('by')).toBe('alice@localhost/a');
  });

  test('an answer from somebody else settles nothing', async () => {
    let outcome = 'pending';
    const asker = testModule('asker', (m) => {
      m.iq('get', NS, 'ask', async () => {
        const ping = el('iq', NS_CLIENT, { type: 'get', id: 'q', to: 'bob@localhost/b' }, el('ping', NS));
        outcome = (await m.request(Stanza.of(ping))).from ?? '';
        return undefined;
      });
    });
    const world = await start({ modules: [asker] });
    const mallory = await world.available('mallory@localhost/m');
    const bob = await world.available('bob@localhost/b');
    mallory.send(`<iq type="get" id="1" to="localhost"><ask xmlns="${NS}"/></iq>`);
    await settled();
    mallory.send('<iq type="result" id="q" to="localhost" from="bob@localhost/b"/>');
    await settled();
    expect(outcome).toBe('pending');
    bob.send('<iq type="result" id="q" to="localhost"/>');
    await settled();
    expect(outcome).toBe('bob@localhost/b');
  });
});

describe('handlers that fail', () => {
  test('a StanzaError is the answer, anything else is internal-server-error under an id that is logged', async () => {
    const failing = testModule('failing', (m) => {
      m.iq('get', NS, 'refuse', () => {
        throw new StanzaError('not-allowed', 'no');
      });
      m.iq('get', NS, 'break', () => Promise.reject(new Error('secret detail')));
    });
    const world = await start({ modules: [failing] });
    const alice = await world.available('alice@localhost/a');
    alice.send(`<iq type="get" id="1" to="localhost"><refuse xmlns="${NS}"/></iq>`);
    alice.send(`<iq type="get" id="2" to="localhost"><break xmlns="${NS}"/></iq>`);
    await settled();
    const [refused, broken] = alice.take();
    expect(refused?.child('error')?.elements()[0]?.name).toBe('not-allowed');
    const error = broken?.child('error');
    expect(error?.elements()[0]?.name).toBe('internal-server-error');
    const text = error?.elements()[1]?.text() ?? '';
    expect(text).not.toContain('secret');
    const line = world.log.lines.find(({ message }) => message === 'handler failed');
    expect(text).toContain(String(line?.fields['error_id']));
  });

  test('a handler that hangs costs its own stanza an error, not the session', async () => {
    const hanging = testModule('hanging', (m) => {
      m.on('stanza/outgoing', 'access', (event) => {
        return event.stanza.id === 'hang' ? new Promise(() => undefined) : undefined;
      });
      m.iq('set', NS, 'hang', () => new Promise(() => undefined));
    });
    const world = await start({ modules: [hanging], handlerTimeout: 50 });
    const alice = await world.available('alice@localhost/a');
    const bob = await world.available('bob@localhost/b');
    alice.send('<message id="hang" to="bob@localhost/b"><body/></message>');
    alice.send(`<iq type="set" id="iq" to="localhost"><hang xmlns="${NS}"/></iq>`);
    alice.send('<message id="after" to="bob@localhost/b"><body/></message>');
    await new Promise((resolve) => setTimeout(resolve, 200));
    const answers = alice.take();
    expect(ids(answers)).toEqual(['hang', 'iq']);
    for (const answer of answers) expect(answer.child('error')?.attr('type')).toBe('wait');
    expect(ids(bob.take())).toEqual(['after']);
  });

  test('a refused stanza writes nothing, though a handler before it wrote', async () => {
    let owners: () => Promise<string[]> = async () => [];
    const writing = testModule('writing', (m) => {
      const store = m.keyed('writing', { encode: String, decode: String });
      m.on('stanza/outgoing', 'store', (event) => void store.put(event.unit, event.user, event.stanza.id ?? ''));
      m.on('stanza/incoming', 'access', (event) => {
        if (event.stanza.id === 'refuse') throw new StanzaError('forbidden');
      });
      owners = async () => {
        const found: string[] = [];
        for await (const owner of store.owners()) found.push(`${owner}=${(await store.get(owner)) ?? ''}`);
        return found;
      };
    });
    const world = await start({ modules: [writing] });
    const alice = await world.client('alice@localhost/a');
    alice.send('<message id="refuse" to="bob@localhost/b"><body/></message>');
    await settled();
    expect(await owners()).toEqual([]);
    expect(alice.take()[0]?.child('error')?.attr('type')).toBe('auth');
    alice.send('<message id="keep" to="bob@localhost/b"><body/></message>');
    await settled();
    expect(await owners()).toEqual(['alice@localhost=keep']);
  });
});
