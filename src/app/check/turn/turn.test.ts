import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import fc from 'fast-check';
import { subjectOf } from '../../../../test/support/check-subject.ts';
import { TurnServer } from '../../../../test/support/turn-server.ts';
import { ATTRIBUTE, decodeAddress, decodeStun, encodeAddress, encodeStun, newMessage } from './stun-message.ts';
import { tryTurn } from './turn-client.ts';
import { isPrivate, turnCheck, turnFindings } from './turn.ts';

const folder = mkdtempSync(join(tmpdir(), 'couplet-turn-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SECRET = 'shared';
let server: TurnServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

async function ids(options: object, ping?: string): Promise<string[]> {
  const { settings, ...subject } = await subjectOf(folder, 'hosts: {here.im: }', { ping });
  const hosts = settings.hosts.map((host) => ({ ...host, options: { ...host.options, ...options } }));
  return (await turnCheck.run({ ...subject, settings: { ...settings, hosts } })).map(({ id }) => id);
}

const at = ({ port }: TurnServer, secret = SECRET) => ({
  turn_external_host: '127.0.0.1',
  turn_external_port: port,
  turn_external_secret: secret,
});

test('no server at all', async () => {
  expect(await ids({})).toEqual(['turn-none']);
});

test('a server without a secret', async () => {
  expect(await ids({ turn_external_host: 'turn.here.im' })).toEqual(['turn-no-secret', 'turn-not-built']);
});

test('a server that works, and relays', async () => {
  server = await TurnServer.start({ secret: SECRET });
  expect(await ids(at(server))).toEqual(['turn-not-built', 'turn-ok']);
  expect(await ids(at(server), `127.0.0.1:${server.port}`)).toEqual(['turn-not-built', 'turn-ok']);
  expect(server.relayed).toBe(1);
});

test('another secret', async () => {
  server = await TurnServer.start({ secret: SECRET });
  expect(await ids(at(server, 'wrong'))).toEqual(['turn-not-built', 'turn-refused']);
});

test('a server that asks nobody', async () => {
  server = await TurnServer.start({ secret: SECRET, open: true });
  expect(await ids(at(server))).toEqual(['turn-not-built', 'turn-open']);
});

test('a server that tells no realm', async () => {
  server = await TurnServer.start({ secret: SECRET, realm: '' });
  expect(await ids(at(server))).toEqual(['turn-not-built', 'turn-unasked', 'turn-ok']);
});

test('a server that is not there', async () => {
  server = await TurnServer.start({ secret: SECRET });
  const options = at(server);
  await server.stop();
  server = undefined;
  expect(await ids(options)).toEqual(['turn-not-built', 'turn-silent']);
});

test('a server that relays nothing', async () => {
  server = await TurnServer.start({ secret: SECRET, mute: true });
  const service = { host: '127.0.0.1', port: server.port, secret: SECRET };
  const outcome = await tryTurn(service, Date.now(), { ping: { host: '127.0.0.1', port: 9 }, patience: 300 });
  expect(turnFindings(service, outcome).map(({ id }) => id)).toEqual(['turn-not-relayed']);
});

test('private addresses of a server elsewhere', () => {
  const service = { host: 'turn.here.im', port: 3478, secret: SECRET };
  const outcome = { mapped: { address: '10.0.0.1', port: 1 }, relayed: { address: '192.0.2.1', port: 2 } };
  expect(turnFindings(service, outcome).map(({ id }) => id)).toEqual(['turn-private', 'turn-ok']);
  const other = { mapped: { address: '192.0.2.2', port: 1 }, relayed: { address: 'fd00::1', port: 2 } };
  expect(turnFindings(service, other).map(({ id }) => id)).toEqual(['turn-private', 'turn-ok']);
  expect(turnFindings(service, { ...other, relayed: outcome.relayed }).map(({ id }) => id)).toEqual(['turn-ok']);
});

test.each(['10.1.2.3', '172.31.0.1', '192.168.0.1', '100.64.0.1', '127.0.0.1', '::1', 'fd12::1', 'fe80::1'])(
  '%s is private',
  (address) => {
    expect(isPrivate(address)).toBe(true);
  },
);
test.each(['172.32.0.1', '100.128.0.1', '192.0.2.1', '2001:db8::1', '11.0.0.1'])('%s is not private', (address) => {
  expect(isPrivate(address)).toBe(false);
});

test('every finding is shown by a test', () => {
  const shown = 'none no-secret not-built ok refused open unasked silent not-relayed private'
    .split(' ')
    .map((id) => `turn-${id}`);
  expect(shown.toSorted()).toEqual(Object.keys(turnCheck.catalogue).toSorted());
});

test('messages are read as they were written; strange bytes are none', () => {
  const message = newMessage(3, [
    [ATTRIBUTE.realm, Buffer.from('abc')],
    [ATTRIBUTE.peer, encodeAddress({ address: '192.0.2.1', port: 3478 })],
  ]);
  const read = decodeStun(encodeStun(message));
  expect(read).toEqual(message);
  expect(decodeAddress(read?.attributes.get(ATTRIBUTE.peer), message.transaction)).toEqual({
    address: '192.0.2.1',
    port: 3478,
  });
  fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => void decodeStun(Buffer.from(bytes))));
  const bytes = encodeStun(message);
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(255), (index, byte) => {
      const changed = Buffer.from(bytes);
      changed[index] = byte;
      const seen = decodeStun(changed);
      if (seen !== undefined) decodeAddress(seen.attributes.get(ATTRIBUTE.peer), seen.transaction);
    }),
  );
});

test('the example of RFC 5769 §2.2 says its address', () => {
  const example = Buffer.from(
    '0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220' +
      '002000080001a147e112a643000800142b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96',
    'hex',
  );
  const message = decodeStun(example);
  expect(decodeAddress(message?.attributes.get(ATTRIBUTE.mapped), message?.transaction ?? Buffer.alloc(12))).toEqual({
    address: '192.0.2.1',
    port: 32853,
  });
});
