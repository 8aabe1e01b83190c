/** S36: many logins at once, each of which costs a key derivation, do not hold up those who are logged in. */
import { expect, it } from 'vitest';
import { bind, plainAuth } from '../../../test/support/stream/login.ts';
import { header } from '../../../test/support/stream/recorder.ts';
import { RawClient } from '../../../test/support/stream/tcp.ts';
import { World } from '../../../test/support/world.ts';
import { Auth } from '../../host/auth.ts';

const LOGINS = 200;
const ROUNDS = 5;
/** Milliseconds. */
const MOST = 200;

it('S36: 200 logins by PLAIN at once hold up nobody who is logged in', { timeout: 120_000 }, async () => {
  const world = await World.start({
    hosts: [
      {
        modules: ['c2s', 'saslauth', 'auth_internal_hashed', 'iq', 'ping'],
        options: {
          c2s_ports: [0],
          c2s_interfaces: ['127.0.0.1'],
          c2s_require_encryption: false,
          allow_unencrypted_plain_auth: true,
          limit_auth_tarpit_delay: 0,
        },
      },
    ],
  });
  await world.server.start();
  const unit = world.server.storage.unit();
  await world.host().services.find(Auth)?.create(unit, 'alice', 'a');
  await unit.submit()?.settled();
  const [address = ''] = await world.server.listeners.addresses('c2s');
  const dial = async (): Promise<RawClient> => {
    const client = await RawClient.connect(address);
    await client.ask(header('localhost'), '</stream:features>');
    return client;
  };

  const innocent = await dial();
  await innocent.ask(plainAuth('alice', 'a'), '<success ');
  await innocent.ask(header('localhost'), '</stream:features>');
  await innocent.ask(bind('r'), '</iq>');
  const waits: number[] = [];
  let stop = false;
  const pinging = (async () => {
    for (let id = 0; !stop; id++) {
      const began = performance.now();
      await innocent.ask(`<iq type='get' id='p${id}'><ping xmlns='urn:xmpp:ping'/></iq>`, `id='p${id}'`);
      waits.push(performance.now() - began);
      innocent.received = '';
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  })();

  let time = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const crowd = await Promise.all(Array.from({ length: LOGINS }, dial));
    const began = performance.now();
    const wrong = (client: RawClient, at: number): Promise<string> =>
      client.ask(plainAuth(`nobody${at}`, `${round}`), '<not-authorized/>');
    await Promise.all(crowd.map(wrong));
    time += performance.now() - began;
    for (const { socket } of crowd) socket.destroy();
  }
  stop = true;
  await pinging;
  innocent.socket.destroy();
  await world.stop();

  const p99 = waits.toSorted((a, b) => a - b)[Math.floor(waits.length * 0.99)] ?? Infinity;
  expect(waits.length).toBeGreaterThan(50);
  expect(p99, `${Math.round((LOGINS * ROUNDS * 1000) / time)} logins a second`).toBeLessThan(MOST);
});
