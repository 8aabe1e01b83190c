import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { World } from '../../test/support/world.ts';
import { defineModule, type ModuleApi, type ModuleDefinition } from './module.ts';
import { service } from './services.ts';

const Greeter = service<{ readonly name: string }>('greeter');

let world: World | undefined;
afterEach(async () => {
  await world?.stop();
  world = undefined;
});

/** Setups, in order, of modules made here. */
let trace: string[] = [];

function made(name: string, more: Partial<ModuleDefinition> = {}, setup?: (m: ModuleApi) => void) {
  const definition: ModuleDefinition = defineModule({
    name,
    summary: name,
    xeps: [],
    scope: 'host',
    options: z.object({}),
    ...more,
    setup: (m) => {
      trace.push(name);
      setup?.(m);
    },
  });
  return definition;
}

const greeter = (name: string): ModuleDefinition =>
  made(name, { provides: [Greeter] }, (m) => m.provide(Greeter, { name }));

async function start(...modules: ModuleDefinition[]) {
  trace = [];
  world = await World.start({ modules });
  trace = [];
  return world.host();
}

const nothing = { added: [], changed: [], removed: [] };

test('a module that provides what a removed one did takes its place at once, and its users follow', async () => {
  let seen = '';
  const user = made('user', { needs: [Greeter] }, (m) => (seen = m.use(Greeter).name));
  const wisher = made('wisher', { wants: [Greeter] }, (m) => void m.find(Greeter));
  const host = await start(greeter('old'), user, wisher, made('other'));
  expect(await host.modules.change({ ...nothing, added: [greeter('new')], removed: ['old'] })).toEqual([]);
  expect([seen, trace]).toEqual(['new', ['new', 'user', 'wisher']]);
  expect(host.modules.names).not.toContain('old');
  expect(host.services.find(Greeter)?.name).toBe('new');
});

test('who wants a service is set up again when it comes and when it goes', async () => {
  const seen: (string | undefined)[] = [];
  const wisher = made('wisher', { wants: [Greeter] }, (m) => void seen.push(m.find(Greeter)?.name));
  const host = await start(wisher);
  await host.modules.change({ ...nothing, added: [greeter('one')] });
  await host.modules.change({ ...nothing, removed: ['one'] });
  expect(seen).toEqual([undefined, 'one', undefined]);
});

test('what fails is told and stays as it was, everything else goes on', async () => {
  let broken = false;
  let runs = 0;
  const moody = made('moody', {}, (m) => {
    m.onUnload(() => runs--);
    runs++;
    if (broken) throw new Error('not today');
    m.feature('urn:test:moody');
  });
  const host = await start(moody, made('fine'));
  broken = true;
  const bad = made('bad', { scope: 'component' });
  const failures = await host.modules.change({
    added: [bad, made('added')],
    changed: ['moody', 'fine', 'unknown'],
    removed: [],
  });
  expect(failures).toEqual([
    { module: 'bad', reason: 'module bad is for a component, localhost is a host' },
    { module: 'moody', reason: 'not today' },
  ]);
  expect(trace).toEqual(['added', 'moody', 'fine']);
  expect(runs).toBe(1);
  expect(host.modules.registrations('moody')).toBe(2);
  expect(host.modules.names).toContain('added');
  expect(host.modules.names).not.toContain('bad');
});

test('a module whose successor clashes with others keeps what it owns', async () => {
  let open = 0;
  let greedy = false;
  const mine = made('mine', {}, (m) => {
    open++;
    m.onUnload(() => open--);
    m.feature('urn:test:mine');
    if (greedy) m.provide(Greeter, { name: 'mine' });
  });
  const host = await start(greeter('taken'), { ...mine, provides: [Greeter] });
  greedy = true;
  const [failure] = await host.modules.change({ ...nothing, changed: ['mine'] });
  expect(failure?.reason).toBe('service "greeter" is provided already');
  expect([open, host.modules.registrations('mine'), host.services.find(Greeter)?.name]).toEqual([1, 2, 'taken']);
});
