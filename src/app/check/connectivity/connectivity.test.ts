import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server as TcpServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { NO_NAMES, subjectOf } from '../../../../test/support/check-subject.ts';
import { freePort } from '../../../../test/support/ports.ts';
import { TestCa } from '../../../../test/support/test-ca.ts';
import { MemoryLog } from '../../../../test/support/world.ts';
import type { Server } from '../../../host/server.ts';
import { startServer } from '../../start.ts';
import { connectionFinding, connectivityCheck } from './connectivity.ts';
import { probe } from './probe.ts';

const DOMAIN = 'here.im';
const folder = mkdtempSync(join(tmpdir(), 'couplet-connect-'));
const ca = new TestCa('nobody knows it');
let server: Server;
let plain: number;
let direct: number;
const fakes: TcpServer[] = [];

beforeAll(async () => {
  const certs = join(folder, 'certs');
  mkdirSync(certs);
  for (const name of [DOMAIN, 'localhost', 'misnamed.im']) {
    const { certificate, key } = ca.issue({ dns: [name.replace('misnamed', 'named')] });
    writeFileSync(join(certs, `${name}.crt`), certificate);
    writeFileSync(join(certs, `${name}.key`), key);
  }
  server = await startServer({
    log: new MemoryLog(),
    hosts: [DOMAIN, 'localhost', 'misnamed.im'].map((domain) => ({
      domain,
      kind: 'host',
      modules: ['c2s', 'tls', 'saslauth', 'auth_internal_hashed'],
      options: {
        certificates: certs,
        c2s_ports: [0],
        c2s_interfaces: ['127.0.0.1'],
        c2s_direct_tls_ports: [0],
        c2s_direct_tls_interfaces: ['127.0.0.1'],
      },
    })),
  });
  plain = await portOf('c2s');
  direct = await portOf('c2s_direct_tls');
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});
afterEach(() => {
  for (const fake of fakes.splice(0)) fake.close();
});

async function portOf(service: string): Promise<number> {
  const [address = ''] = await server.listeners.addresses(service);
  return Number(address.slice(address.lastIndexOf(':') + 1));
}

/** A server that says something else; resolves with its port. */
async function fake(talk: (socket: Socket) => void): Promise<number> {
  const listener = createServer((socket) => {
    socket.on('error', () => undefined);
    talk(socket);
  });
  fakes.push(listener);
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const STREAM =
  "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='1' version='1.0'>";
const at = (port: number, isDirect = false) => ({ host: '127.0.0.1', port, direct: isDirect });

test('through STARTTLS and direct TLS; the certificate is of an authority that nobody knows', async () => {
  expect(await probe(DOMAIN, at(plain))).toEqual({
    result: 'untrusted',
    detail: expect.stringMatching(/^TLSv1\.3, not trusted: UNABLE/),
  });
  expect((await probe(DOMAIN, at(direct, true))).result).toBe('untrusted');
});

test('the certificate is trusted where its authority is known and it names the domain', async () => {
  const wishes = { authorities: ca.certificate };
  expect(await probe(DOMAIN, at(plain), wishes)).toEqual({ result: 'ok', detail: 'TLSv1.3' });
  expect(await probe('localhost', at(direct, true), wishes)).toEqual({ result: 'ok', detail: 'TLSv1.3' });
  expect(await probe('misnamed.im', at(plain), wishes)).toEqual({
    result: 'untrusted',
    detail: expect.stringMatching(/not trusted: .*ALTNAME/),
  });
});

test('another domain than is served', async () => {
  expect(await probe('other.im', at(plain))).toEqual({
    result: 'no-stream',
    detail: 'stream error host-unknown',
  });
});

test('nothing there', async () => {
  expect(await probe(DOMAIN, at(await freePort()))).toEqual({
    result: 'failed',
    detail: expect.stringContaining('ECONNREFUSED'),
  });
});

test('something that never says anything', async () => {
  const port = await fake(() => undefined);
  expect(await probe(DOMAIN, at(port), { patience: 200 })).toEqual({
    result: 'failed',
    detail: 'no answer within 0.2 seconds',
  });
});

test('a web server', async () => {
  const port = await fake((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
  expect((await probe(DOMAIN, at(port))).result).toBe('no-stream');
  expect((await probe(DOMAIN, at(port, true))).result).toBe('no-tls');
});

test('no encryption, or one that is refused', async () => {
  const without = await fake((socket) => socket.once('data', () => socket.write(`${STREAM}<stream:features/>`)));
  expect(await probe(DOMAIN, at(without))).toEqual({ result: 'no-tls', detail: 'STARTTLS is not offered' });
  const offer = "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>";
  const refused = await fake((socket) =>
    socket.once('data', () => {
      socket.write(STREAM + offer);
      socket.once('data', () => socket.end("<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>"));
    }),
  );
  expect(await probe(DOMAIN, at(refused))).toEqual({ result: 'no-tls', detail: 'STARTTLS was refused' });
});

const status = () => Promise.resolve({ listeners: [{ service: 'c2s', addresses: [`127.0.0.1:${plain}`] }] });
const ids = async (host: string, more: Parameters<typeof subjectOf>[2]): Promise<string[]> =>
  (await connectivityCheck.run(await subjectOf(folder, `hosts: {${host}: }`, more))).map(({ id }) => id);
const ALWAYS = ['connect-observer', 'connect-s2s-not-built'];

test('where no server runs nothing is tried', async () => {
  expect(await ids(DOMAIN, {})).toEqual(['connect-not-running']);
});

test('a local name leads to the ports of the server; an SRV record to where it says', async () => {
  expect(await ids('localhost', { ask: status })).toEqual(['connect-untrusted', ...ALWAYS]);
  const srv = (name: string) => {
    const isDirect = name.startsWith('_xmpps');
    return Promise.resolve([{ name: '127.0.0.1', port: isDirect ? direct : plain }]);
  };
  expect(await ids(DOMAIN, { ask: status, lookup: { ...NO_NAMES, srv } })).toEqual([
    'connect-untrusted',
    'connect-untrusted',
    ...ALWAYS,
  ]);
  expect(await ids('other.im', { ask: status, lookup: { ...NO_NAMES, srv } })).toEqual([
    'connect-no-stream',
    'connect-no-stream',
    ...ALWAYS,
  ]);
});

test('every outcome has its finding', () => {
  const outcomes = ['ok', 'failed', 'no-stream', 'no-tls', 'untrusted'] as const;
  const shown = outcomes.map((result) => connectionFinding(DOMAIN, at(1), { result, detail: 'x' }).id);
  expect([...shown, 'connect-not-running', ...ALWAYS].toSorted()).toEqual(
    Object.keys(connectivityCheck.catalogue).toSorted(),
  );
});
