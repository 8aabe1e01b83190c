import { afterEach, expect, it } from 'vitest';
import { plainAuth } from '../../../test/support/stream/login.ts';
import { header } from '../../../test/support/stream/recorder.ts';
import { RawClient } from '../../../test/support/stream/tcp.ts';
import { World } from '../../../test/support/world.ts';
import { Auth } from '../../host/auth.ts';

let world: World | undefined;
const clients: RawClient[] = [];
afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.destroy();
  await world?.stop();
  world = undefined;
});

const SECOND = 1000;

/** A host with the account alice, password "a"; loopback counts like every other one. */
async function start(options: Record<string, unknown>): Promise<() => Promise<RawClient>> {
  world = await World.start({
    hosts: [
      {
        modules: ['c2s', 'saslauth', 'auth_internal_hashed'],
        options: {
          c2s_ports: [0],
          c2s_interfaces: ['127.0.0.1'],
          c2s_require_encryption: false,
          allow_unencrypted_plain_auth: true,
          default_iteration_count: 4096,
          c2s_max_unauthenticated: 1000,
          limit_auth_exempt: [],
          ...options,
        },
      },
    ],
  });
  await world.server.start();
  const unit = world.server.storage.unit();
  await world.host().services.find(Auth)?.create(unit, 'alice', 'a');
  await unit.submit()?.settled();
  const [address = ''] = await world.server.listeners.addresses('c2s');
  return async () => {
    const client = await RawClient.connect(address);
    clients.push(client);
    await client.ask(header('localhost'), '</stream:features>');
    return client;
  };
}

/** Milliseconds until the answer to a login. */
async function timed(client: RawClient, password: string, wanted: string): Promise<number> {
  const began = performance.now();
  await client.ask(plainAuth('alice', password), wanted);
  return performance.now() - began;
}

it('S35: after many failures an address waits, and the stream of a guesser is closed', async () => {
  const dial = await start({ limit_auth_max: 5, limit_auth_tarpit_delay: 1 });
  const guesser = await dial();
  for (let i = 0; i < 4; i++) expect(await timed(guesser, 'x', '</failure>')).toBeLessThan(SECOND / 2);
  await guesser.ask(plainAuth('alice', 'x'), '</stream:stream>'); // c2s_max_auth_failures
  expect(guesser.received).toContain('<policy-violation');
  const second = await dial();
  await timed(second, 'x', '</failure>'); // the sixth
  // Slow, not shut out.
  expect(await timed(second, 'a', '<success ')).toBeGreaterThanOrEqual(SECOND - 20);
});

it('S35: of an account that is guessed at, failures are answered late and its owner is not kept waiting', async () => {
  const dial = await start({ limit_auth_account_max: 4, limit_auth_tarpit_delay: 1 });
  const guessers = await Promise.all([dial(), dial(), dial(), dial()]);
  await Promise.all(guessers.map((guesser) => timed(guesser, 'x', '</failure>')));
  const late = timed(await dial(), 'x', '</failure>');
  expect(await timed(await dial(), 'a', '<success ')).toBeLessThan(SECOND / 2);
  expect(await late).toBeGreaterThanOrEqual(SECOND - 20);
});

it('a client that leaves while it waits is no trouble', async () => {
  const dial = await start({ limit_auth_max: 1, limit_auth_tarpit_delay: 1 });
  const client = await dial();
  await client.ask(plainAuth('alice', 'x'), '</failure>');
  await client.ask(plainAuth('alice', 'x'), '</failure>');
  client.send(plainAuth('alice', 'x'));
  client.socket.destroy();
  await new Promise((resolve) => setTimeout(resolve, 1200));
  expect(world?.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
});
