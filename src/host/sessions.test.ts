/** Sessions of one account on two nodes of a cluster. */
import { afterEach, expect, test } from 'vitest';
import { settled, World } from '../../test/support/world.ts';
import { systemClock } from '../cluster/clock.ts';
import { MemoryCluster } from '../cluster/memory/memory-cluster.ts';

const worlds: World[] = [];

/** Two servers of one deployment. */
async function nodes(): Promise<[World, World]> {
  const cluster = new MemoryCluster({ clock: systemClock, report: (error) => expect(error).toBeUndefined() });
  const one = await World.start({ cluster: cluster.join('one') });
  const two = await World.start({ cluster: cluster.join('two') });
  worlds.push(one, two);
  await settled();
  return [one, two];
}

afterEach(async () => {
  for (const world of worlds.splice(0)) await world.stop();
});

test('a message and a request reach a session on the other node, and the answer comes back', async () => {
  const [one, two] = await nodes();
  const alice = await one.available('alice@localhost/a');
  const bob = await two.available('bob@localhost/b');
  alice.send('<message id="m" to="bob@localhost" type="chat"><body>häy</body></message>');
  alice.send('<iq id="q" to="bob@localhost/b" type="get"><q xmlns="urn:q"/></iq>');
  await settled();
  const [message, request] = bob.take();
  expect(message?.childText('body')).toBe('häy');
  expect(message?.attr('from')).toBe('alice@localhost/a');
  bob.send(`<iq id="${request?.attr('id')}" to="${request?.attr('from')}" type="result"/>`);
  await settled();
  expect(alice.take().map((stanza) => [stanza.attr('id'), stanza.attr('type')])).toEqual([['q', 'result']]);
});

test('presence goes between resources on different nodes', async () => {
  const [one, two] = await nodes();
  const first = await one.available('alice@localhost/1');
  await two.available('alice@localhost/2');
  await settled();
  expect(first.take().map((stanza) => stanza.attr('from'))).toContain('alice@localhost/2');
});

test('a resource taken on the other node closes the old session with conflict', async () => {
  const [one, two] = await nodes();
  const old = await one.client('alice@localhost/x');
  const fresh = await two.client('alice@localhost/x');
  await settled();
  expect(old.closed.map((error) => error?.condition)).toEqual(['conflict']);
  const bob = await one.client('bob@localhost/b');
  bob.send('<message id="m" to="alice@localhost/x"/>');
  await settled();
  expect(fresh.take().map((stanza) => stanza.attr('id'))).toEqual(['m']);
});

test('a session that ends while a message is on its way is told to the sender', async () => {
  const [one, two] = await nodes();
  const alice = await one.client('alice@localhost/a');
  const bob = await two.available('bob@localhost/b');
  alice.send('<message id="m" to="bob@localhost"><body/></message>');
  bob.end();
  await settled();
  expect(alice.take().map((stanza) => [stanza.attr('id'), stanza.attr('type')])).toEqual([['m', 'error']]);
});

test('messages to the other node keep their order among those to this one', async () => {
  const [one, two] = await nodes();
  const alice = await one.client('alice@localhost/a');
  const here = await one.available('bob@localhost/here', 1);
  const there = await two.available('bob@localhost/there', 1);
  for (let i = 0; i < 50; i++) alice.send(`<message id="${i}" to="bob@localhost"><body/></message>`);
  await settled();
  await settled();
  const expected = Array.from({ length: 50 }, (_, i) => `${i}`);
  for (const client of [here, there]) {
    const messages = client.take().filter((stanza) => stanza.name === 'message');
    expect(messages.map((stanza) => stanza.attr('id'))).toEqual(expected);
  }
  expect(alice.session.handled.prefix).toBe(50);
});
