import { afterEach, expect, test, vi } from 'vitest';
import { bind, plainAuth } from '../../../test/support/stream/login.ts';
import { header, RecordedClient } from '../../../test/support/stream/recorder.ts';
import { settled, World, type TestClient } from '../../../test/support/world.ts';
import { Auth } from '../../host/auth.ts';
import definition from './smacks.ts';

let world: World;

afterEach(async () => {
  vi.useRealTimers();
  await world.stop();
});

const HELLO = '<message to="bob@localhost/r" type="chat"><body>hi</body></message>';
const ack = (h: number): string => `<a xmlns='urn:xmpp:sm:3' h='${h}'/>`;

/** Bob asked for acknowledgements; alice writes to him. Time stands still but for `pass`. */
async function start(options: Record<string, unknown> = {}): Promise<{ bob: RecordedClient; alice: TestClient }> {
  const modules = ['message', 'iq', 'presence', 'c2s', 'saslauth', 'auth_internal_plain', 'smacks'];
  world = await World.start({
    modules: [definition],
    hosts: [{ modules, options: { c2s_ports: [], smacks_max_ack_delay: 30, ...options } }],
  });
  const unit = world.server.storage.unit();
  await world.host().services.find(Auth)?.create(unit, 'bob', 'b');
  await unit.submit()?.settled();
  const alice = await world.client('alice@localhost/a');
  const bob = new RecordedClient([world.host().clients ?? expect.fail('no clients')], {}, true);
  await bob.send(header('localhost'));
  expect(await bob.send(plainAuth('bob', 'b'))).toContain('<success');
  await bob.send(header('localhost'));
  await bob.send(bind('r'));
  expect(await bob.send("<enable xmlns='urn:xmpp:sm:3'/>")).toContain('<enabled');
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  await world.host().modules.reload('smacks'); // its timer is now one of those that the test moves
  return { bob, alice };
}

async function pass(seconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(seconds * 1000);
  await settled();
}

// covers: 0198-4-silent
test('a client that does not answer is sent away after 30 s, and what it was sent goes back', async () => {
  const { bob, alice } = await start();
  alice.send(HELLO);
  await settled();
  expect(bob.take()).toMatch(/<message .*<r xmlns='urn:xmpp:sm:3'\/>$/);
  await pass(29);
  expect([bob.take(), alice.take()]).toEqual(['', []]);
  await pass(5);
  expect(bob.take()).toMatch(/<connection-timeout .*<\/stream:stream>$/);
  expect(alice.take().map((stanza) => stanza.attr('type'))).toEqual(['error']);
});

test('one that answers, or sends stanzas without answering, stays; and so does one that has nothing to answer', async () => {
  const { bob, alice } = await start();
  await pass(100);
  for (let h = 1; h <= 3; h++) {
    alice.send(HELLO);
    await pass(20);
    await bob.send(ack(h));
  }
  await pass(100);
  alice.send(HELLO);
  for (let times = 0; times < 5; times++) {
    await pass(20);
    await bob.send('<message to="alice@localhost/a"/>');
  }
  expect(bob.stream.state).toBe('bound');
  await pass(70);
  expect(bob.stream.state).toBe('closed');
});

test('a clock that is set forward sends nobody away', async () => {
  const { bob, alice } = await start();
  alice.send(HELLO);
  await pass(20);
  vi.setSystemTime(Date.now() + 3_600_000);
  await pass(5);
  expect(bob.stream.state).toBe('bound');
});

test.each([
  ['5 s', 5],
  ['1 minute', 60],
])('the delay can be set: %s', async (smacks_max_ack_delay, seconds) => {
  const { bob, alice } = await start({ smacks_max_ack_delay });
  alice.send(HELLO);
  await pass(seconds);
  expect(bob.stream.state).toBe('bound');
  await pass(seconds * 0.2);
  expect(bob.stream.state).toBe('closed');
});

test('0 waits for ever', async () => {
  const { bob, alice } = await start({ smacks_max_ack_delay: 0 });
  alice.send(HELLO);
  await pass(100_000);
  expect(bob.stream.state).toBe('bound');
});
