import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { settled, World } from '../../test/support/world.ts';
import { ConfigError } from '../config/config-error.ts';
import { list } from './contributions.ts';
import type { Host } from './host.ts';
import { ModuleUnloaded } from './module-api.ts';
import { defineModule, type ModuleApi, type ModuleDefinition } from './module.ts';
import { service } from './services.ts';

const NS = 'urn:test';
const Numbers = list<number>('numbers');
const Greeter = service<{ greet(): string }>('greeter');
const worlds: World[] = [];

async function start(...args: Parameters<typeof World.start>): Promise<World> {
  const world = await World.start(...args);
  worlds.push(world);
  return world;
}

afterEach(async () => {
  for (const world of worlds.splice(0)) await world.stop();
});

function testModule(
  name: string,
  setup: ModuleDefinition['setup'],
  more: Partial<ModuleDefinition> = {},
): ModuleDefinition {
  return defineModule({ name, summary: name, xeps: [], scope: 'host', options: z.object({}), setup, ...more });
}

/** Everything a module can register. */
function registerAll(m: ModuleApi): void {
  m.on('stanza/incoming', 'observe', () => undefined);
  m.iq('get', NS, 'q', () => undefined, { to: ['host', 'self', 'account'] });
  m.feature('urn:test:feature');
  m.identity({ category: 'test', type: 'test' });
  m.discoItem({ jid: 'item.localhost' });
  m.streamFeature({ offer: () => undefined, takes: () => false, handle: () => undefined });
  m.provide(Greeter, { greet: () => 'hello' });
  m.contribute(Numbers, 1);
  m.each(
    Numbers,
    () => undefined,
    () => undefined,
  );
  m.after(60_000, () => undefined);
  m.every(60_000, 'tick', () => undefined);
  m.daily('clean', () => undefined);
  m.operation({
    name: 'test.run',
    summary: 'Test',
    input: z.object({}),
    output: z.object({}),
    role: 'prosody:admin',
    changes: false,
    run: () => Promise.resolve({}),
  });
}

/** What the host and the server hold for modules, counted. */
function counts({ hooks, iqs, disco, contributions, permissions, operations, streamFeatures, server }: Host) {
  return {
    incoming: hooks['stanza/incoming'].size,
    iqs: iqs.size,
    features: disco.features('host').length,
    identities: disco.identities('host').length,
    items: disco.items.length,
    streamFeatures: streamFeatures.length,
    numbers: contributions.items(Numbers).size,
    permissions: permissions.size,
    operations: operations.size,
    timers: server.scheduler.size,
  };
}

describe('load, reload, unload', () => {
  test('everything a module registers is there once while loaded, after a reload too, and gone after the unload', async () => {
    const all = testModule('all', registerAll, { provides: [Greeter], permissions: { act: 'prosody:member' } });
    const world = await start();
    const host = world.host();
    const before = counts(host);
    await host.modules.load([all]);
    const loaded = counts(host);
    const none = new Map(Object.entries(before));
    for (const [what, count] of Object.entries(loaded)) expect(count, what).toBeGreaterThan(none.get(what) ?? NaN);
    expect(host.services.find(Greeter)?.greet()).toBe('hello');
    await host.modules.reload('all');
    expect(counts(host)).toEqual(loaded);
    await host.modules.unload('all');
    expect(counts(host)).toEqual(before);
    expect(host.services.find(Greeter)).toBeUndefined();
  });

  test('a setup that fails loads nothing, a reload that fails keeps the old one', async () => {
    let broken = false;
    const fragile = testModule('fragile', (m) => {
      m.feature('urn:test:feature');
      if (broken) throw new Error('no luck');
    });
    const world = await start();
    const host = world.host();
    broken = true;
    await expect(host.modules.load([fragile])).rejects.toThrow('no luck');
    expect(host.modules.names).not.toContain('fragile');
    expect(host.disco.features('host')).toEqual([]);
    broken = false;
    await host.modules.load([fragile]);
    broken = true;
    await expect(host.modules.reload('fragile')).rejects.toThrow('no luck');
    expect(host.disco.features('host')).toEqual(['urn:test:feature']);
  });

  test('a reload whose registrations clash goes back to the old ones', async () => {
    const taken = testModule('taken', (m) => m.iq('get', NS, 'taken', () => undefined));
    const mine = testModule('mine', (m) => m.iq('get', NS, 'mine', () => undefined));
    const greedy = testModule('mine', (m) => {
      m.iq('get', NS, 'more', () => undefined);
      m.iq('get', NS, 'taken', () => undefined);
    });
    const world = await start();
    const host = world.host();
    await host.modules.load([taken, mine]);
    await expect(host.modules.reload('mine', greedy)).rejects.toThrow('has a handler already');
    expect(host.iqs.find('get', NS, 'mine', 'host')).toBeDefined();
    expect(host.iqs.find('get', NS, 'more', 'host')).toBeUndefined();
  });

  test('options are checked by the schema, with the host, the module and the option named', async () => {
    const strict = testModule('strict', () => undefined, { options: z.object({ size: z.int().min(1) }) });
    await expect(start({ modules: [strict], hosts: [{ options: { size: 0 } }] })).rejects.toThrow(
      /localhost: module strict: size: .*>=1/,
    );
  });

  test('a module for components is refused on a host', async () => {
    const component = testModule('component', () => undefined, { scope: 'component' });
    await expect(start({ modules: [component] })).rejects.toThrow(ConfigError);
  });

  test('those that need a service are set up again with its provider, which cannot go before them', async () => {
    let loads = 0;
    const provider = testModule('provider', (m) => m.provide(Greeter, { greet: () => `hello ${++loads}` }), {
      provides: [Greeter],
    });
    const greetings: string[] = [];
    const user = testModule('user', (m) => void greetings.push(m.use(Greeter).greet()), { needs: [Greeter] });
    const world = await start({ modules: [user, provider] });
    const { modules } = world.host();
    await modules.reload('provider');
    expect(greetings).toEqual(['hello 1', 'hello 2']);
    await expect(modules.unload('provider')).rejects.toThrow('module user needs provider');
    await modules.unload('user');
    await modules.unload('provider');
    expect(modules.names).not.toContain('provider');
  });

  test('what is carried and session state survive a reload', async () => {
    const seen: string[] = [];
    const keeping = testModule('keeping', (m) => {
      const runs = m.carry('runs', () => ({ count: 0 }));
      const name = m.sessionState('name', () => 'none');
      runs.count++;
      m.on('stanza/outgoing', 'observe', ({ session }) => {
        if (session === undefined) return;
        seen.push(`${runs.count} ${name.get(session)}`);
        name.set(session, 'known');
      });
    });
    const world = await start({ modules: [keeping] });
    const alice = await world.client('alice@localhost/a');
    alice.send('<message/>');
    await world.host().modules.reload('keeping');
    alice.send('<message/>');
    expect(seen).toEqual(['1 none', '2 known']);
  });

  test('the m of an unloaded module refuses to be used', async () => {
    let kept: ModuleApi | undefined;
    const world = await start();
    const host = world.host();
    await host.modules.load([testModule('gone', (m) => void (kept = m))]);
    await host.modules.unloadAll();
    expect(kept?.signal.aborted).toBe(true);
    expect(() => kept?.after(1, () => undefined)).toThrow(ModuleUnloaded);
  });
});

test('exclusive work of one owner runs one after the other, that of others at once', async () => {
  const world = await start();
  const trace: string[] = [];
  let run: ModuleApi['exclusive'] | undefined;
  await world.host().modules.load([testModule('alone', (m) => void (run = m.exclusive))]);
  const work = (name: string) => async (): Promise<void> => {
    trace.push(`+${name}`);
    await settled();
    trace.push(`-${name}`);
    if (name === 'a1') throw new Error('a1 fails');
  };
  const results = await Promise.allSettled([run?.('a', work('a1')), run?.('a', work('a2')), run?.('b', work('b1'))]);
  expect(trace.indexOf('+a2')).toBeGreaterThan(trace.indexOf('-a1'));
  expect(trace.indexOf('+b1')).toBeLessThan(trace.indexOf('-a1'));
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
});

test('reloaded 100 times under traffic: every request answered, registries and heap as before', async () => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const all = testModule(
    'all',
    (m) => {
      registerAll(m);
      m.iq('get', NS, 'later', async () => void (await settled()));
    },
    { provides: [Greeter], permissions: { act: 'prosody:member' } },
  );
  const world = await start({ modules: [all] });
  const host = world.host();
  const alice = await world.available('alice@localhost/a');
  const bob = await world.available('bob@localhost/b');
  const before = counts(host);
  let sent = 0;
  let answered = 0;
  let delivered = 0;
  let heap = 0;
  for (let round = 0; round < 100; round++) {
    for (let i = 0; i < 10; i++) {
      alice.send(`<iq type="get" id="${sent}" to="localhost"><${i % 2 === 0 ? 'q' : 'later'} xmlns="${NS}"/></iq>`);
      alice.send(`<message id="${sent}" to="bob@localhost/b"><body>${sent}</body></message>`);
      sent++;
      if (i === 5) await host.modules.reload('all');
    }
    await settled();
    await settled();
    const answers = alice.take();
    expect(answers.every((answer) => answer.attr('type') === 'result')).toBe(true);
    answered += answers.length;
    delivered += bob.take().length;
    if (round === 49) {
      collect();
      heap = process.memoryUsage().heapUsed;
    }
  }
  collect();
  expect(answered).toBe(sent);
  expect(delivered).toBe(sent);
  expect(counts(host)).toEqual(before);
  expect(process.memoryUsage().heapUsed - heap).toBeLessThan(1024 * 1024);
});
