import { afterAll, beforeAll, expect, test } from 'vitest';
import { DnsServer } from '../../../../test/support/dns-server.ts';
import { dnsLookup, type Lookup } from './lookup.ts';

let server: DnsServer;
let lookup: Lookup;

beforeAll(async () => {
  server = await DnsServer.start({
    'SRV _xmpp-client._tcp.example.org': [
      '20 0 5222 second.example.org',
      '10 5 5222 b.example.org',
      '10 50 5322 a.example.org',
    ],
    'SRV _xmpps-client._tcp.example.org': ['0 0 0 .'],
    'A a.example.org': ['192.0.2.1', '192.0.2.2'],
    'AAAA a.example.org': ['2001:db8:0:0:0:0:0:1'],
    'A xn--bcher-kva.example.org': ['192.0.2.3'],
    'CNAME alias.example.org': ['a.example.org'],
    'TLSA _5222._tcp.a.example.org': [`030101${'ab'.repeat(32)}`],
  });
  lookup = dnsLookup([server.address]);
});
afterAll(() => server.stop());

test('SRV records in the order in which clients try them', async () => {
  expect(await lookup.srv('_xmpp-client._tcp.example.org')).toEqual([
    { name: 'a.example.org', port: 5322 },
    { name: 'b.example.org', port: 5222 },
    { name: 'second.example.org', port: 5222 },
  ]);
  expect(await lookup.srv('_xmpps-client._tcp.example.org')).toEqual([{ name: '', port: 0 }]);
  expect(await lookup.srv('_xmpp-client._tcp.example.net')).toEqual([]);
});

test('addresses, also of names that are not ASCII; none is no error', async () => {
  expect(await lookup.addresses('a.example.org')).toEqual({ v4: ['192.0.2.1', '192.0.2.2'], v6: ['2001:db8::1'] });
  expect(await lookup.addresses('bücher.example.org')).toEqual({ v4: ['192.0.2.3'], v6: [] });
  expect(await lookup.addresses('nobody.example.org')).toEqual({ v4: [], v6: [] });
});

test('aliases and TLSA records', async () => {
  expect(await lookup.alias('alias.example.org')).toBe('a.example.org');
  expect(await lookup.alias('a.example.org')).toBeUndefined();
  expect(await lookup.tlsa('_5222._tcp.a.example.org')).toBe(1);
  expect(await lookup.tlsa('_5269._tcp.a.example.org')).toBe(0);
});

test('without an answer it ends', async () => {
  const impatient = dnsLookup([server.address], 100);
  await expect(impatient.srv('silent.example.org')).rejects.toThrow('ETIMEOUT');
});
