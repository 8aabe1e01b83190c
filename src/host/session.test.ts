import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { settled, World } from '../../test/support/world.ts';
import { defineModule } from './module.ts';

let world: World;

afterEach(() => world.stop());

test('what is done in turn stands between the stanzas before and behind it, also while one takes its time', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const seen: (string | undefined)[] = [];
  const slow = defineModule({
    name: 'slow',
    summary: 'Waits',
    xeps: [],
    scope: 'host',
    options: z.object({}),
    setup(m) {
      m.on('stanza/outgoing', 'access', ({ stanza }) => {
        seen.push(stanza.id);
        return stanza.id === '1' ? promise : undefined;
      });
    },
  });
  world = await World.start({ modules: [slow] });
  const client = await world.client('juliet@localhost/balcony');
  const { session } = client;
  const note = (): void => void seen.push(`turn, ${session.handled.begun} begun`);
  session.inTurn(note);
  for (const id of ['1', '2']) client.send(`<message to="juliet@localhost/balcony" id="${id}"/>`);
  session.inTurn(note);
  client.send('<message to="juliet@localhost/balcony" id="3"/>');
  resolve();
  await settled();
  expect(seen).toEqual(['turn, 0 begun', '1', '2', 'turn, 2 begun', '3']);
});

test('it is settled when everything is answered: what takes its time, what waits for the disk, what stands in turn', async () => {
  const answers = new Map(['get', 'set'].map((type) => [type, Promise.withResolvers<undefined>()]));
  const slow = defineModule({
    name: 'slow',
    summary: 'Waits',
    xeps: [],
    scope: 'host',
    options: z.object({}),
    setup(m) {
      for (const type of ['get', 'set'] as const)
        m.iq(type, 'urn:slow', 'slow', () => answers.get(type)?.promise, { to: ['self'] });
    },
  });
  world = await World.start({ modules: [slow] });
  const client = await world.client('juliet@localhost/balcony');
  const { session } = client;
  expect(session.settled()).toBeUndefined();
  for (const type of ['get', 'set']) client.send(`<iq type="${type}" id="${type}"><slow xmlns="urn:slow"/></iq>`);
  let isSettled = false;
  session.inTurn(() => client.received.length);
  void session.settled()?.then(() => (isSettled = true));
  answers.get('set')?.resolve(undefined);
  await settled();
  expect(client.received.map(({ id, type }) => [id, type])).toEqual([['set', 'result']]);
  expect(isSettled).toBe(false);
  answers.get('get')?.resolve(undefined);
  await settled();
  expect(client.received.map(({ id }) => id)).toEqual(['set', 'get']);
  expect(isSettled).toBe(true);
  expect(session.settled()).toBeUndefined();
});

test('S121: while a client does not read, what it asks for waits, in order, until it reads or is gone', async () => {
  const seen: (string | undefined)[] = [];
  const watch = defineModule({
    name: 'watch',
    summary: 'Notes what is processed',
    xeps: [],
    scope: 'host',
    options: z.object({}),
    setup(m) {
      m.on('stanza/outgoing', 'access', ({ stanza }) => {
        seen.push(stanza.id);
        client.writable = stanza.id !== '2'; // its answer is more than the client has read
      });
    },
  });
  world = await World.start({ modules: [watch] });
  const client = await world.client('juliet@localhost/balcony');
  const { session } = client;
  for (const id of ['1', '2', '3', '4']) client.send(`<message to="juliet@localhost/balcony" id="${id}"/>`);
  session.inTurn(() => void seen.push('turn'));
  await settled();
  expect(seen).toEqual(['1', '2']);
  session.relieve(); // still not
  client.writable = true;
  session.relieve();
  expect(seen).toEqual(['1', '2', '3', '4', 'turn']);
  client.writable = false;
  client.send('<message to="juliet@localhost/balcony" id="5"/>');
  expect(seen).toHaveLength(5);
  client.end('lost');
  expect(seen.at(-1)).toBe('5');
});
