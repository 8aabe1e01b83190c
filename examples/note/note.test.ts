import { afterEach, expect, test } from 'vitest';
import { settled, World } from '../../test/support/world.ts';
import note from './note.ts';

let world: World;

afterEach(() => world.stop());

test('a note is kept, told to nobody else, limited, and gone with the account', async () => {
  world = await World.start({ modules: [note], hosts: [{ options: { note_max_length: 10 } }] });
  const alice = await world.client('alice@localhost/a');
  const bob = await world.client('bob@localhost/b');
  const changes: string[] = [];
  world
    .host()
    .hook('note/changed')
    .add('test', 'observe', ({ user, text }) => void changes.push(`${user}: ${text}`));

  alice.send('<iq type="set" id="1"><note xmlns="urn:example:note">milk</note></iq>');
  alice.send('<iq type="get" id="2"><note xmlns="urn:example:note"/></iq>');
  bob.send('<iq type="get" id="3" to="alice@localhost"><note xmlns="urn:example:note"/></iq>');
  await settled();
  const [stored, read] = alice.take();
  expect([stored?.attr('type'), stored?.children]).toEqual(['result', []]);
  expect(read?.childText('note', 'urn:example:note')).toBe('milk');
  expect(bob.take()[0]?.child('error')?.elements()[0]?.name).toBe('service-unavailable');
  expect(changes).toEqual(['alice@localhost: milk']);

  alice.send('<iq type="set" id="4"><note xmlns="urn:example:note">milk and bread</note></iq>');
  await settled();
  expect(alice.take()[0]?.child('error')?.elements()[0]?.name).toBe('not-acceptable');

  const unit = world.server.storage.unit();
  await world.host().hooks['user/deleted'].emit({ user: 'alice@localhost', unit });
  await unit.submit()?.settled();
  alice.send('<iq type="get" id="5"><note xmlns="urn:example:note"/></iq>');
  await settled();
  expect(alice.take()[0]?.childText('note', 'urn:example:note')).toBe('');
});

test('loads, reloads and unloads without a trace', async () => {
  world = await World.start({ modules: [note] });
  const { iqs, hooks, disco, modules } = world.host();
  const counts = (): number[] => [iqs.size, hooks['user/deleted'].size, disco.features('account').length];
  const loaded = counts();
  await modules.reload('note');
  expect(counts()).toEqual(loaded);
  await modules.unload('note');
  expect(counts()).toEqual([0, 0, 0]);
});
