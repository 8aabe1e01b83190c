import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { auth, plainAuth } from '../../../test/support/stream/login.ts';
import { header } from '../../../test/support/stream/recorder.ts';
import { RawClient } from '../../../test/support/stream/tcp.ts';
import { startTls, TlsClient } from '../../../test/support/stream/tls.ts';
import { CLIENT, SERVER, TestCa, type Wanted } from '../../../test/support/test-ca.ts';
import { World } from '../../../test/support/world.ts';
import { Auth } from '../../host/auth.ts';
import { der, TAG } from '../../net/tls/der.ts';

const A = 'a.test';
const B = 'b.test';
const OPEN = 'open.test';
const folder = mkdtempSync(join(tmpdir(), 'couplet-external-'));
const ca = new TestCa('Users of a.test');
const caOfB = new TestCa('Users of b.test');
const stranger = new TestCa('Users of a.test');
const between = new TestCa('A department', ca);

let world: World;
let plain = '';
let direct = '';
const clients: TlsClient[] = [];

beforeAll(() => {
  writeFileSync(join(folder, 'a.pem'), ca.certificate);
  mkdirSync(join(folder, 'b'));
  writeFileSync(join(folder, 'b', 'one.pem'), caOfB.certificate);
  writeFileSync(join(folder, 'b', 'README'), 'not a certificate');
  return () => rmSync(folder, { recursive: true });
});

beforeEach(async () => {
  const host = (domain: string, options: Record<string, unknown> = {}) => ({
    domain,
    modules: ['tls', 'c2s', 'saslauth', 'auth_internal_hashed'],
    options: {
      c2s_ports: [0],
      c2s_interfaces: ['127.0.0.1'],
      c2s_direct_tls_ports: [0],
      c2s_direct_tls_interfaces: ['127.0.0.1'],
      default_iteration_count: 4096,
      ...options,
    },
  });
  const trusting = (given: object) => ({ c2s_ssl: { verify: 'peer', ...given } });
  const [ofA, ofB] = [trusting({ cafile: join(folder, 'a.pem') }), trusting({ capath: join(folder, 'b') })];
  world = await World.start({ hosts: [host(A, ofA), host(B, ofB), host(OPEN)] });
  await world.server.start();
  const unit = world.server.storage.unit();
  for (const domain of [A, B]) {
    for (const name of ['alice', 'bob']) await world.host(domain).services.find(Auth)?.create(unit, name, 'a');
  }
  await unit.submit()?.settled();
  [plain = ''] = await world.server.listeners.addresses('c2s');
  [direct = ''] = await world.server.listeners.addresses('c2s_direct_tls');
});
afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.destroy();
  await world.stop();
});

interface Attempt {
  readonly from?: TestCa;
  readonly host?: string;
  readonly authzid?: string;
}

/** By STARTTLS; `not offered`, `success NAME`, or the condition of the failure. */
async function logIn(wanted: Wanted | undefined, { from = ca, host = A, authzid = '' }: Attempt = {}): Promise<string> {
  const { certificate, key } = wanted === undefined ? {} : from.issue(wanted);
  const options = wanted === undefined ? {} : { cert: certificate, key };
  const client = await startTls(await RawClient.connect(plain), options, host);
  clients.push(client);
  return attempt(client, host, authzid);
}

async function attempt(client: TlsClient, host: string, authzid = ''): Promise<string> {
  const features = await client.ask(header(host), '</stream:features>');
  const offered = features.includes('<mechanism>EXTERNAL</mechanism>');
  const before = client.received.length;
  client.send(auth('EXTERNAL', Buffer.from(authzid).toString('base64') || '='));
  await client.until(({ received }) => /<success [^>]*>$|<\/failure>$|<\/success>$/.test(received.slice(before)));
  const answer = client.received.slice(before);
  const condition = /<failure xmlns='[^']+'><([a-z-]+)/.exec(answer)?.[1];
  if (!offered) return condition === 'invalid-mechanism' ? 'not offered' : `not offered, but ${answer}`;
  if (condition !== undefined) return condition;
  const bound = await client.ask(header(host), '</stream:features>');
  expect(bound).not.toContain('<mechanism');
  const jid = await client.ask("<iq type='set' id='1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>", '</jid>');
  return `success ${/<jid>([^/]+)\//.exec(jid)?.[1] ?? jid}`;
}

const ALICE = 'alice@a.test';
const NUL = Buffer.from('alice@a.test\0.evil.test');

describe('S26: a certificate', () => {
  it.each<[string, Wanted | undefined, string, Attempt?]>([
    ['of one account', { addresses: [ALICE], usage: CLIENT }, 'success alice@a.test'],
    ['that says nothing of its use', { addresses: [ALICE] }, 'success alice@a.test'],
    ['by an intermediate authority', { addresses: [ALICE] }, 'success alice@a.test', { from: between }],
    ['with the address in other letters', { addresses: ['ALICE@A.Test'] }, 'success alice@a.test'],
    ['of one account, which is named', { addresses: [ALICE] }, 'success alice@a.test', { authzid: ALICE }],
    [
      'of two, one of which is named',
      { addresses: [ALICE, 'bob@a.test'] },
      'success bob@a.test',
      { authzid: 'bob@a.test' },
    ],
    ['of two, none of which is named', { addresses: [ALICE, 'bob@a.test'] }, 'invalid-authzid'],
    ['of accounts of two hosts, none of which is named', { addresses: [ALICE, 'alice@b.test'] }, 'invalid-authzid'],
    ['of one account, and another one is named', { addresses: [ALICE] }, 'invalid-authzid', { authzid: 'bob@a.test' }],
    [
      'of two, and the other host’s is named',
      { addresses: [ALICE, 'bob@b.test'] },
      'not-authorized',
      { authzid: 'bob@b.test' },
    ],
    ['of one account, and a full JID is named', { addresses: [ALICE] }, 'invalid-authzid', { authzid: `${ALICE}/x` }],
    ['of an account that there is not', { addresses: ['nobody@a.test'] }, 'not-authorized'],
    ['with the address in the common name', { commonName: ALICE }, 'not offered'],
    [
      'with a common name within another part',
      { commonName: 'x', unit: `CN=${ALICE}, otherName:alice@a.test` },
      'not offered',
    ],
    ['with the address as DNS name', { dns: [ALICE, 'a.test'] }, 'not offered'],
    ['of another host only', { addresses: ['alice@b.test'] }, 'not offered'],
    ['with a NUL in the address', { addresses: [NUL] }, 'not offered'],
    ['with an address that is not UTF-8', { addresses: [Buffer.from('al\xffice@a.test', 'latin1')] }, 'not offered'],
    ['of the host itself', { addresses: [A] }, 'not offered'],
    ['of a resource', { addresses: [`${ALICE}/x`] }, 'not offered'],
    ['with names that are no DER', { rawNames: der(TAG.sequence, Buffer.from([0xa0, 0x7f, 1])) }, 'not offered'],
    ['that has expired', { addresses: [ALICE], from: -10, to: -1 }, 'not offered'],
    ['that is not valid yet', { addresses: [ALICE], from: 1 }, 'not offered'],
    ['of a server', { addresses: [ALICE], usage: SERVER }, 'not offered'],
    ['by an authority of the same name', { addresses: [ALICE] }, 'not offered', { from: stranger }],
    ['by the authority of another host', { addresses: [ALICE] }, 'not offered', { from: caOfB }],
    ['at a host that asks for none', { addresses: ['alice@open.test'] }, 'not offered', { host: OPEN }],
    ['that there is not', undefined, 'not offered'],
  ])('%s', async (_what, wanted, outcome, options) => {
    expect(await logIn(wanted, options)).toBe(outcome);
  });

  it('that is no good leaves the password to log in with', async () => {
    const client = await startTls(await RawClient.connect(plain), { ...pair(stranger, ALICE) }, A);
    clients.push(client);
    await client.ask(header(A), '</stream:features>');
    await client.ask(plainAuth('alice', 'a'), '<success ');
  });

  it('is asked for by hosts that are told to, alone', async () => {
    const asked = async (servername: string): Promise<boolean> => {
      const client = await dial(servername, pair(ca, 'alice@a.test'));
      return (await offers(client, servername)).length > 0;
    };
    expect(await asked(A)).toBe(true);
    expect(await asked(OPEN)).toBe(false);
  });
});

const pair = (from: TestCa, address: string): { cert: string; key: string } => {
  const { certificate, key } = from.issue({ addresses: [address] });
  return { cert: certificate, key };
};

async function dial(servername: string | undefined, more: object = {}): Promise<TlsClient> {
  const client = await TlsClient.direct(direct, { ...(servername !== undefined && { servername }), ...more });
  clients.push(client);
  return client;
}

async function offers(client: TlsClient, host: string): Promise<string[]> {
  const features = await client.ask(header(host), '</stream:features>');
  return [...features.matchAll(/<mechanism>(EXTERNAL)</g)].map(([, name = '']) => name);
}

describe('direct TLS', () => {
  it('takes the certificates of the host that is asked for by name', async () => {
    expect(await attempt(await dial(A, pair(ca, ALICE)), A)).toBe('success alice@a.test');
    expect(await attempt(await dial(B, pair(caOfB, 'bob@b.test')), B)).toBe('success bob@b.test');
    expect(await attempt(await dial(B, pair(ca, 'bob@b.test')), B)).toBe('not offered');
  });

  it('is chosen by the name in a handshake that comes in pieces', async () => {
    const [, port = ''] = direct.split(':');
    const relay = createServer((from) => {
      const to = connect(Number(port), '127.0.0.1');
      to.pipe(from);
      from.once('data', (chunk: Buffer) => {
        from.pause();
        to.setNoDelay(true);
        for (const [piece, delay] of [
          [chunk.subarray(0, 100), 0],
          [chunk.subarray(100, 250), 30],
          [chunk.subarray(250), 60],
        ] as const) {
          setTimeout(() => to.write(piece), delay);
        }
        setTimeout(() => from.pipe(to), 90);
      });
      for (const socket of [from, to]) socket.on('error', () => undefined);
    }).listen(0, '127.0.0.1');
    await once(relay, 'listening');
    const address = relay.address();
    const relayed = `127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`;
    const client = await TlsClient.direct(relayed, { servername: B, ...pair(caOfB, 'bob@b.test') });
    clients.push(client);
    expect(client.socket.getPeerCertificate().subjectaltname).toContain(B);
    expect(await attempt(client, B)).toBe('success bob@b.test');
    relay.close();
  });

  it('S25: what one host trusts counts for none of the others', async () => {
    // The authority of a.test says who bob@b.test is, and the stream is for b.test.
    expect(await attempt(await dial(A, pair(ca, 'bob@b.test')), B)).toBe('not offered');
    expect(await attempt(await dial(undefined, pair(ca, 'bob@b.test')), B)).toBe('not offered');
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'S25: no session goes on with a certificate of before (%s)',
    async (version) => {
      const versions = { minVersion: version, maxVersion: version };
      for (const [host, user] of [
        [A, pair(ca, ALICE)],
        [OPEN, {}],
      ] as const) {
        const first = await dial(host, { ...versions, ...user });
        const sessions: Buffer[] = [];
        first.socket.on('session', (session: Buffer) => sessions.push(session));
        await first.ask(header(host), '</stream:features>');
        await new Promise((resolve) => setTimeout(resolve, 50));
        const session = first.socket.getSession() ?? sessions[0];
        for (const target of [A, B, OPEN]) {
          const again = await dial(target, { ...versions, session: sessions.at(-1) ?? session });
          expect([target, await offers(again, target), again.socket.isSessionReused() && target !== OPEN]).toEqual([
            target,
            [],
            false,
          ]);
          if (host === OPEN && target === OPEN) expect(again.socket.isSessionReused()).toBe(true);
        }
      }
    },
  );
});
