import { afterEach, expect, test } from 'vitest';
import { settled, World } from '../../test/support/world.ts';
import { StanzaError } from '../stanza/errors.ts';

let world: World;

afterEach(() => world.stop());

const full = (client: { session: { jid: { toString(): string } } }): string => client.session.jid.toString();

test('without a wish the resource is random and long enough not to be guessed', async () => {
  world = await World.start();
  const resources = new Set<string>();
  for (let i = 0; i < 16; i++) resources.add((await world.client('a@localhost')).session.jid.resource ?? '');
  expect(resources.size).toBe(16);
  for (const resource of resources) expect(resource.length).toBeGreaterThanOrEqual(12);
});

test('kick_old: the older session is closed with conflict, its resource stays bound by the newer', async () => {
  world = await World.start();
  const old = await world.available('a@localhost/x');
  const fresh = await world.client('a@localhost/x');
  await settled();
  expect(old.closed.map((error) => error?.condition)).toEqual(['conflict']);
  fresh.send('<message id="1" to="a@localhost/x"/>');
  await settled();
  expect(fresh.take().map((stanza) => stanza.attr('id'))).toContain('1');
  expect(old.take().filter((stanza) => stanza.name === 'message')).toEqual([]);
});

test('kick_new: the newer one is refused', async () => {
  world = await World.start();
  await world.client('a@localhost/x');
  const refused = world.client('a@localhost/x', { conflict: 'kick_new' });
  await expect(refused).rejects.toThrow(StanzaError);
  await expect(refused).rejects.toMatchObject({ condition: 'conflict' });
});

test('increment and random: the newer one gets another resource', async () => {
  world = await World.start();
  await world.client('a@localhost/x');
  expect(full(await world.client('a@localhost/x', { conflict: 'increment' }))).toBe('a@localhost/x#1');
  expect(full(await world.client('a@localhost/x', { conflict: 'increment' }))).toBe('a@localhost/x#2');
  const random = full(await world.client('a@localhost/x', { conflict: 'random' }));
  expect(random).toMatch(/^a@localhost\/[A-Za-z0-9_-]{12}$/);
});

test('the last resource an account may have, and one more', async () => {
  world = await World.start();
  await world.client('a@localhost/1', { maxSessions: 2 });
  await world.client('a@localhost/2', { maxSessions: 2 });
  await expect(world.client('a@localhost/3', { maxSessions: 2 })).rejects.toMatchObject({
    condition: 'resource-constraint',
  });
  expect(full(await world.client('a@localhost/2', { maxSessions: 2 }))).toBe('a@localhost/2');
});

test('what was received before the end is still processed, what comes after is not', async () => {
  world = await World.start();
  const bob = await world.available('b@localhost/x');
  const alice = await world.client('a@localhost/x');
  world.host().hooks['stanza/outgoing'].add('test', 'access', () => settled());
  alice.send('<message id="1" to="b@localhost"/>');
  alice.send('<message id="2" to="b@localhost"/>');
  alice.end();
  alice.send('<message id="3" to="b@localhost"/>');
  for (let i = 0; i < 5; i++) await settled();
  expect(bob.take().map((stanza) => stanza.attr('id'))).toEqual(['1', '2']);
});

test('a session whose queues are full is paused, and goes on when there is room', async () => {
  world = await World.start();
  const alice = await world.client('a@localhost/x');
  let open: (() => void) | undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  const undo = world.host().hooks['stanza/outgoing'].add('test', 'access', () => gate);
  for (let i = 0; i < 256; i++) alice.send(`<message id="${i}" to="a@localhost/x"/>`);
  expect(alice.paused).toBe(false);
  alice.send('<message id="256" to="a@localhost/x"/>');
  expect(alice.paused).toBe(true);
  undo();
  open?.();
  await settled();
  expect(alice.paused).toBe(false);
  expect(alice.take().map((stanza) => Number(stanza.attr('id')))).toEqual(Array.from({ length: 257 }, (_, i) => i));
  expect(alice.session.handled.prefix).toBe(257);
});
