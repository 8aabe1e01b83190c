import { hash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { answerChallenge } from '../../../test/support/stream/credentials.ts';
import { auth, plainAuth } from '../../../test/support/stream/login.ts';
import { header } from '../../../test/support/stream/recorder.ts';
import { RawClient } from '../../../test/support/stream/tcp.ts';
import { startTls, type TlsClient } from '../../../test/support/stream/tls.ts';
import { World } from '../../../test/support/world.ts';
import { Auth } from '../../host/auth.ts';

const DOMAIN = 'localhost';
const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
let world: World | undefined;
const clients: TlsClient[] = [];

afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.destroy();
  await world?.stop();
  world = undefined;
});

/** A host with the account alice, password "a". */
async function start(options: Record<string, unknown> = {}): Promise<string> {
  world = await World.start({
    hosts: [
      {
        modules: ['tls', 'c2s', 'saslauth', 'auth_internal_hashed'],
        options: { c2s_ports: [0], c2s_interfaces: ['127.0.0.1'], default_iteration_count: 4096, ...options },
      },
    ],
  });
  await world.server.start();
  const unit = world.server.storage.unit();
  await world.host().services.find(Auth)?.setPassword(unit, 'alice', 'a');
  await unit.submit()?.settled();
  const [address = ''] = await world.server.listeners.addresses('c2s');
  return address;
}

/** An encrypted stream, and the features that it offers. */
async function encrypted(address: string, version: 'TLSv1.2' | 'TLSv1.3' = 'TLSv1.3') {
  const options = { minVersion: version, maxVersion: version };
  const client = await startTls(await RawClient.connect(address), options, DOMAIN);
  clients.push(client);
  const features = await client.ask(header(DOMAIN), '</stream:features>');
  return { client, features };
}

const names = (features: string, pattern: RegExp): string[] =>
  [...features.matchAll(pattern)].map(([, name = '']) => name);
const mechanisms = (features: string): string[] => names(features, /<mechanism>([^<]+)</g);
const bindings = (features: string): string[] => names(features, /<channel-binding type='([^']+)'/g);

/** Data of the client's end. */
function bindingData({ socket }: TlsClient, type: string): Buffer {
  switch (type) {
    case 'tls-exporter':
      return socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
    case 'tls-unique':
      return socket.getFinished() ?? Buffer.alloc(0);
    case 'tls-server-end-point':
      return endPoint(socket.getPeerCertificate().raw);
    default:
      return Buffer.alloc(0);
  }
}

function endPoint(raw: Buffer): Buffer {
  return hash('sha256', raw, 'buffer');
}

/** `success`, or the condition of the failure. */
async function logIn(
  client: TlsClient,
  mechanism: string,
  flag: string,
  data: Buffer = Buffer.alloc(0),
): Promise<string> {
  const first = `${flag},,n=alice,r=client-nonce`;
  const before = client.received.length;
  client.send(auth(mechanism, Buffer.from(first).toString('base64')));
  await client.until(({ received }) => /<\/(challenge|failure)>$/.test(received.slice(before)));
  const challenge = /<challenge[^>]*>([^<]+)</.exec(client.received.slice(before))?.[1];
  if (challenge === undefined) return condition(client);
  const hashName = mechanism.includes('256') ? 'SHA-256' : 'SHA-1';
  const { final } = answerChallenge(
    hashName,
    'a',
    first,
    Buffer.from(challenge, 'base64').toString(),
    Buffer.from(data),
  );
  await client.ask(`<response xmlns='${NS_SASL}'>${Buffer.from(final).toString('base64')}</response>`, '>');
  await client.until(({ received }) => /<\/(success|failure)>$/.test(received));
  return client.received.endsWith('</success>') ? 'success' : condition(client);
}

function condition({ received }: TlsClient): string {
  return /<failure xmlns='[^']+'><([a-z-]+)/.exec(received.slice(received.lastIndexOf('<failure')))?.[1] ?? received;
}

describe('mechanisms', () => {
  it('are not offered in clear', async () => {
    const raw = await RawClient.connect(await start());
    const features = await raw.ask(header(DOMAIN), '</stream:features>');
    expect(mechanisms(features)).toEqual([]);
    expect(bindings(features)).toEqual([]);
    await raw.ask(plainAuth('alice', 'a'), '<encryption-required');
    raw.socket.destroy();
  });

  it('have channel binding on encrypted streams, by the types that there are (XEP-0440)', async () => {
    const address = await start();
    const { features } = await encrypted(address);
    expect(mechanisms(features)).toEqual([
      'SCRAM-SHA-256-PLUS',
      'SCRAM-SHA-1-PLUS',
      'SCRAM-SHA-256',
      'SCRAM-SHA-1',
      'PLAIN',
    ]);
    expect(bindings(features)).toEqual(['tls-exporter', 'tls-server-end-point']);
    expect(bindings((await encrypted(address, 'TLSv1.2')).features)).toEqual(['tls-unique', 'tls-server-end-point']);
  });

  it('have none in clear, and a client that could says so without harm', async () => {
    const raw = await RawClient.connect(await start({ c2s_require_encryption: false }));
    const features = await raw.ask(header(DOMAIN), '</stream:features>');
    expect(mechanisms(features)).toEqual(['SCRAM-SHA-256', 'SCRAM-SHA-1']);
    expect(bindings(features)).toEqual([]);
    await raw.ask(auth('SCRAM-SHA-1', Buffer.from('y,,n=alice,r=x').toString('base64')), '<challenge');
    raw.socket.destroy();
  });

  it('S32: that are disabled are neither offered nor taken, nor is channel binding without one', async () => {
    const address = await start({ disable_sasl_mechanisms: ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-1-PLUS', 'PLAIN'] });
    const { client, features } = await encrypted(address);
    expect(mechanisms(features)).toEqual(['SCRAM-SHA-256', 'SCRAM-SHA-1']);
    expect(bindings(features)).toEqual([]);
    expect(await logIn(client, 'SCRAM-SHA-1-PLUS', 'p=tls-exporter')).toBe('invalid-mechanism');
    expect(await logIn(client, 'SCRAM-SHA-1', 'y')).toBe('success');
  });
});

describe('S30: channel binding', () => {
  it.each([
    ['TLSv1.3', 'SCRAM-SHA-256-PLUS', 'tls-exporter'],
    ['TLSv1.3', 'SCRAM-SHA-256-PLUS', 'tls-server-end-point'],
    ['TLSv1.3', 'SCRAM-SHA-1-PLUS', 'tls-exporter'],
    ['TLSv1.2', 'SCRAM-SHA-256-PLUS', 'tls-unique'],
    ['TLSv1.2', 'SCRAM-SHA-1-PLUS', 'tls-server-end-point'],
  ] as const)('%s, %s by %s', async (version, mechanism, type) => {
    const { client } = await encrypted(await start(), version);
    expect(await logIn(client, mechanism, `p=${type}`, Buffer.from('another connection'))).toBe('not-authorized');
    expect(await logIn(client, mechanism, `p=${type}`)).toBe('not-authorized');
    expect(await logIn(client, mechanism, `p=${type}`, bindingData(client, type))).toBe('success');
  });

  it.each([
    ['a client that was told there is none', 'SCRAM-SHA-256', 'y', 'not-authorized'],
    ['none with a mechanism that needs it', 'SCRAM-SHA-256-PLUS', 'n', 'malformed-request'],
    ['none, though it could, with a mechanism that needs it', 'SCRAM-SHA-256-PLUS', 'y', 'malformed-request'],
    ['some with a mechanism that has none', 'SCRAM-SHA-256', 'p=tls-exporter', 'malformed-request'],
    ['a type that TLS 1.3 does not have', 'SCRAM-SHA-256-PLUS', 'p=tls-unique', 'malformed-request'],
    ['a type that nobody knows', 'SCRAM-SHA-256-PLUS', 'p=bogus', 'malformed-request'],
    ['a client that has none', 'SCRAM-SHA-256', 'n', 'success'],
  ])('%s', async (_what, mechanism, flag, outcome) => {
    const { client } = await encrypted(await start());
    expect(await logIn(client, mechanism, flag)).toBe(outcome);
  });
});

it('loads, reloads and unloads without a trace', async () => {
  await start();
  const host = world?.host();
  const features = host?.streamFeatures.length ?? 0;
  await host?.modules.reload('saslauth');
  expect(host?.streamFeatures).toHaveLength(features);
  await host?.modules.unload('saslauth');
  expect(host?.streamFeatures).toHaveLength(features - 2);
});

describe('an account that is disabled', () => {
  it('is told so once it has proven itself; whoever does not know the password hears what all hear', async () => {
    const address = await start();
    const unit = world?.server.storage.unit() ?? expect.fail();
    world?.host().services.find(Auth)?.suspensions?.put(unit, 'alice', { since: 0 });
    await unit.submit()?.settled();
    const outcome = async (mechanism: string, password: string): Promise<string> => {
      const { client } = await encrypted(address);
      if (mechanism !== 'PLAIN') return logIn(client, mechanism, 'n');
      return client.ask(plainAuth('alice', password), '</failure>');
    };
    expect(await outcome('PLAIN', 'a')).toContain('<account-disabled/>');
    expect(await outcome('PLAIN', 'wrong')).toContain('<not-authorized/>');
    expect(await outcome('SCRAM-SHA-256', 'a')).toContain('account-disabled');
  });
});
