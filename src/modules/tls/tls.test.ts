import { X509Certificate, createPrivateKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { World } from '../../../test/support/world.ts';
import { Gauge } from '../../metrics/metrics.ts';
import { makeSelfSigned } from '../../net/tls/self-signed.ts';

let world: World | undefined;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'couplet-tls-'));
});
afterEach(async () => {
  await world?.stop();
  world = undefined;
  rmSync(folder, { recursive: true });
});

async function start(options: Record<string, unknown> = {}): Promise<World> {
  world = await World.start({
    hosts: [
      {
        modules: ['tls', 'c2s'],
        options: {
          certificates: folder,
          c2s_ports: [],
          c2s_direct_tls_ports: [0],
          c2s_direct_tls_interfaces: ['127.0.0.1'],
          ...options,
        },
      },
    ],
  });
  await world.server.start();
  return world;
}

/** Store a certificate of the host; returns its fingerprint-like raw bytes for comparison. */
async function store(name: string, days = 0): Promise<void> {
  const { certificate, key } = await makeSelfSigned('localhost', Date.now() - days * 86_400_000);
  writeFileSync(join(folder, `${name}.crt`), certificate);
  writeFileSync(join(folder, `${name}.key`), key);
}

/** A connection whose handshake is done. */
async function dial({ server }: World): Promise<TLSSocket> {
  const [address = ''] = await server.listeners.addresses('c2s_direct_tls');
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect({ port: Number(address.split(':')[1]), rejectUnauthorized: false }, resolve);
  socket.once('error', reject);
  await promise;
  return socket;
}

test('a host without a certificate gets one made here, and the log says so', async () => {
  const socket = await dial(await start());
  expect(socket.getPeerCertificate().subjectaltname).toContain('DNS:localhost');
  socket.destroy();
  const messages = world?.log.lines.map(({ message }) => message);
  expect(messages).toContain('the certificate is self-signed: clients will not trust it by themselves');
});

test('a client that goes away in its handshake does not hold up the end of the server', async () => {
  const running = await start();
  const socket = await dial(running); // done for the client, and not yet for the server
  const asked = performance.now();
  const stopped = running.stop();
  socket.destroy();
  await stopped;
  expect(performance.now() - asked).toBeLessThan(3000); // less than the time that a stream has to close
});

test('a new certificate is used from a reload on; connections stay', async () => {
  await store('one');
  const running = await start();
  const before = await dial(running);
  await store('one');
  const unchanged = await dial(running);
  expect(unchanged.getPeerCertificate().fingerprint).toBe(before.getPeerCertificate().fingerprint);
  await running.host().modules.reload('tls');
  const after = await dial(running);
  expect(after.getPeerCertificate().fingerprint).not.toBe(before.getPeerCertificate().fingerprint);
  before.write(
    "<stream:stream to='nowhere' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>",
  );
  await new Promise((resolve) => before.once('data', resolve));
  for (const socket of [before, unchanged, after]) socket.destroy();
});

test('a certificate that is broken stops a start, but not a server that has one', async () => {
  await store('one');
  const running = await start();
  writeFileSync(join(folder, 'one.key'), 'nonsense');
  await expect(running.host().modules.reload('tls')).rejects.toThrow('one.key has no key that can be used');
  (await dial(running)).destroy();
  const certificate = join(folder, 'missing.crt');
  await expect(World.start({ hosts: [{ modules: ['tls'], options: { certificate } }] })).rejects.toThrow(
    'localhost: ' + certificate,
  );
});

test('an own certificate may be named, its key beside it', async () => {
  await store('special');
  const running = await start({ certificates: join(folder, 'none'), certificate: join(folder, 'special.crt') });
  (await dial(running)).destroy();
  expect(running.log.lines.find(({ message }) => message === 'certificate in use')?.fields['certificate']).toBe(
    join(folder, 'special.crt'),
  );
});

test('a certificate that is about to expire is warned of', async () => {
  await store('one', 820);
  const { log } = await start();
  const warning = log.lines.find(({ message }) => message === 'the certificate is about to expire');
  expect(warning).toMatchObject({ level: 'warn', fields: { days: 4 } });
});

test('one that has expired is passed over and told, and the end of the one in use is a metric', async () => {
  await store('old', 900);
  await store('new', 100);
  const { log, server } = await start();
  const told = log.lines.find(({ message }) => message === 'a certificate that has expired is not used');
  expect(told).toMatchObject({ level: 'warn', fields: { certificate: join(folder, 'old.crt') } });
  const name = 'couplet_tls_certificate_expiry_timestamp_seconds';
  const [series] = server.metrics.families().find((family) => family.name === name)?.series ?? [];
  expect(series?.labels).toMatchObject({ host: 'localhost' });
  const days = (Number(series?.metric instanceof Gauge && series.metric.value) * 1000 - Date.now()) / 86_400_000;
  expect(days).toBeCloseTo(725, 0);
});

test('the `ssl` table names certificate, ciphers and curves; what cannot be done is said', async () => {
  await store('special');
  const running = await start({
    certificates: join(folder, 'none'),
    ssl: {
      certificate: join(folder, 'special.crt'),
      key: join(folder, 'special.key'),
      protocol: 'tlsv1_2+',
      ciphers: 'ECDHE-ECDSA-CHACHA20-POLY1305',
      verifyext: 'lsec_continue',
    },
    c2s_ssl: { protocol: 'tlsv1_2' },
  });
  const socket = await dial(running);
  expect([socket.getProtocol(), socket.getCipher().name]).toEqual(['TLSv1.2', 'ECDHE-ECDSA-CHACHA20-POLY1305']);
  socket.destroy();
  const messages = running.log.lines.map(({ message, fields }) => [message, fields['certificate']]);
  expect(messages).toContainEqual(['ssl: verifyext: has no effect here', undefined]);
  expect(messages).toContainEqual(['certificate in use', join(folder, 'special.crt')]);
});

test('where TLS starts with the first byte there may be another certificate, with an encrypted key', async () => {
  await store('one');
  await store('special');
  const path = join(folder, 'special.key');
  const key = createPrivateKey(readFileSync(path));
  writeFileSync(path, key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' }));
  const fingerprint = (name: string): string =>
    new X509Certificate(readFileSync(join(folder, `${name}.crt`))).fingerprint256;
  const running = await start({ certificate: join(folder, 'one.crt') });
  const host = running.host();
  const { config } = host;
  const shown = async (options: Record<string, unknown>): Promise<string> => {
    host.configure({ ...config, options: { ...config.options, ...options } });
    await host.modules.reload('tls');
    const socket = await dial(running);
    const { fingerprint256 } = socket.getPeerCertificate();
    socket.destroy();
    return fingerprint256;
  };
  const special = { certificate: join(folder, 'special.crt'), key: path };
  expect(await shown({})).toBe(fingerprint('one'));
  expect(await shown({ c2s_direct_tls_ssl: { ...special, password: 'secret' } })).toBe(fingerprint('special'));
  await expect(shown({ c2s_direct_tls_ssl: { ...special, password: 'wrong' } })).rejects.toThrow(
    'no key that can be used',
  );
  writeFileSync(path, key.export({ type: 'pkcs8', format: 'pem' }));
  expect(await shown({ c2s_direct_tls_certificate: special.certificate })).toBe(fingerprint('special'));
});

test('a certificate that the `ssl` table names and that is not there is looked for in the folder', async () => {
  await store('one');
  const running = await start({ ssl: { certificate: join(folder, 'gone.crt'), key: join(folder, 'gone.key') } });
  (await dial(running)).destroy();
  expect(running.log.lines.find(({ message }) => message === 'certificate in use')?.fields['certificate']).toBe(
    join(folder, 'one.crt'),
  );
});

test('loads, reloads and unloads without a trace', async () => {
  const running = await start();
  const features = running.host().streamFeatures.length;
  await running.host().modules.reload('tls');
  expect(running.host().streamFeatures).toHaveLength(features);
  await running.host().modules.unload('tls');
  expect(running.host().streamFeatures).toHaveLength(features - 1);
  await expect(dial(running)).rejects.toThrow();
});
