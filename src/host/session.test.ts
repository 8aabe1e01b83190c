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
