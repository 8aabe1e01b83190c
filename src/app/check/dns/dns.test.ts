import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { NO_NAMES, subjectOf } from '../../../../test/support/check-subject.ts';
import { dnsCheck, dnsFindings, type HostRecords } from './dns.ts';
import { isLocalName } from './local-name.ts';

const folder = mkdtempSync(join(tmpdir(), 'couplet-dns-'));
afterAll(() => rmSync(folder, { recursive: true }));

const OWN = ['192.0.2.1', '2001:db8::1'];
const XMPP = { name: 'xmpp.example.org', port: 5222 };
const DIRECT = { name: 'xmpp.example.org', port: 5223 };

const GOOD: HostRecords = {
  domain: 'example.org',
  ports: { plain: [5222], direct: [5223] },
  client: [XMPP],
  directClient: [DIRECT],
  addresses: new Map([['xmpp.example.org', { v4: ['192.0.2.1'], v6: ['2001:db8::1'] }]]),
  aliases: new Map(),
  tlsa: [],
};
const addresses = (v4: string[], v6: string[]): Pick<HostRecords, 'addresses'> => ({
  addresses: new Map([['xmpp.example.org', { v4, v6 }]]),
});

const CASES: readonly (readonly [string, Partial<HostRecords>])[] = [
  ['dns-no-address', addresses([], [])],
  ['dns-no-srv', { client: [] }],
  ['dns-srv-needed', { client: [], ports: { plain: [5322], direct: [5223] } }],
  ['dns-srv-off', { client: [{ name: '', port: 0 }] }],
  ['dns-srv-port', { client: [{ ...XMPP, port: 5322 }] }],
  ['dns-srv-address', { client: [{ ...XMPP, name: '192.0.2.1' }] }],
  ['dns-srv-alias', { aliases: new Map([['xmpp.example.org', 'host.example.net']]) }],
  ['dns-no-direct-tls', { directClient: [] }],
  ['dns-no-ipv6', addresses(['192.0.2.1'], [])],
  ['dns-elsewhere', addresses(['192.0.2.7'], ['2001:db8::7'])],
  ['dns-tlsa', { tlsa: ['_5222._tcp.xmpp.example.org'] }],
];

test.each(CASES)('%s', (id, change) => {
  expect(dnsFindings({ ...GOOD, ...change }, OWN).map((one) => one.id)).toEqual([id]);
});

test('direct TLS announced and not there', () => {
  const found = dnsFindings({ ...GOOD, ports: { plain: [5222], direct: [] } }, OWN);
  expect(found).toEqual([
    expect.objectContaining({ id: 'dns-srv-port', what: expect.stringContaining('5223; open are none') }),
  ]);
});

test('nothing is said of records that are as they should be', () => {
  expect(dnsFindings(GOOD, OWN)).toEqual([]);
});

test('hosts, components and local names are looked up as they should be', async () => {
  const asked: string[] = [];
  const lookup = {
    srv: (name: string) => (asked.push(`SRV ${name}`), Promise.resolve(name.startsWith('_xmpp-client') ? [XMPP] : [])),
    addresses: (name: string) => {
      asked.push(`A ${name}`);
      return Promise.resolve(
        name.startsWith('rooms.') ? { v4: [], v6: [] } : { v4: ['192.0.2.9'], v6: ['2001:db8::9'] },
      );
    },
    alias: () => Promise.resolve(undefined),
    tlsa: (name: string) => (asked.push(`TLSA ${name}`), Promise.resolve(1)),
  };
  const subject = await subjectOf(
    folder,
    'hosts: {example.org: , host.local: }\ncomponents: {rooms.example.org: {module: admin_adhoc}}',
    { lookup },
  );
  expect((await dnsCheck.run(subject)).map(({ id }) => id)).toEqual([
    'dns-elsewhere',
    'dns-tlsa',
    'dns-local',
    'dns-component',
    'dns-s2s-not-built',
  ]);
  expect(asked.toSorted()).toEqual([
    'A rooms.example.org',
    'A xmpp.example.org',
    'SRV _xmpp-client._tcp.example.org',
    'SRV _xmpps-client._tcp.example.org',
    'TLSA _5222._tcp.xmpp.example.org',
  ]);
});

test('a resolver that does not answer is told', async () => {
  const lookup = { ...NO_NAMES, srv: () => Promise.reject(new Error('queryA ETIMEOUT')) };
  const subject = await subjectOf(folder, 'hosts: {example.org: }', { lookup });
  expect((await dnsCheck.run(subject)).map(({ id }) => id)).toEqual(['dns-silent', 'dns-s2s-not-built']);
});

test('every finding is shown by a test', () => {
  const shown = [...CASES.map(([id]) => id), 'dns-local', 'dns-silent', 'dns-component', 'dns-s2s-not-built'];
  expect(shown.toSorted()).toEqual(Object.keys(dnsCheck.catalogue).toSorted());
});

test.each([
  ['localhost', true],
  ['nas.local', true],
  ['[::1]', true],
  ['10.0.0.1', true],
  ['example.org', false],
  ['local.example.org', false],
])('%s: local %s', (name, local) => {
  expect(isLocalName(name)).toBe(local);
});
