import { expect, test } from 'vitest';
import { SSL_TABLE, readSslTable } from './ssl-table.ts';

const read = (table: unknown) => readSslTable('ssl', SSL_TABLE.parse(table));

test.each([
  [{ protocol: 'tlsv1_2+' }, { minVersion: 'TLSv1.2' }],
  [{ protocol: 'tlsv1_2' }, { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' }],
  [{ protocol: 'tlsv1_3' }, { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' }],
  [{ ciphers: 'DHE+AESGCM' }, { ciphers: 'DHE+AESGCM' }],
  [
    { ciphers: ['A', 'B'], ciphersuites: 'C' },
    { ciphers: 'A:B', suites: 'C' },
  ],
  [{ curve: 'secp384r1' }, { curves: 'P-384:X25519:P-256:P-521' }],
  [{ curve: 'secp384r1', curveslist: ['X25519', 'P-256'] }, { curves: 'X25519:P-256' }],
  [{ options: ['no_sslv2', 'no_sslv3', 'no_tlsv1', 'no_tlsv1_1'] }, {}],
  [{ options: ['cipher_server_preference', 'no_ticket'] }, { serverPreference: true, tickets: false }],
  [{ options: 'no_tlsv1_3' }, { maxVersion: 'TLSv1.2' }],
  [{ options: 'no_tlsv1_2' }, { minVersion: 'TLSv1.3' }],
  [{ certificate: '/a.crt', key: '/a.key', dhparam: '/dh' }, {}],
])('%j is translated', (table, settings) => {
  expect(read(table)).toEqual({ settings, warnings: [] });
});

test.each([
  [{ protocol: 'tlsv1+' }, { minVersion: 'TLSv1.2' }, 'protocol: less than TLS 1.2'],
  [{ protocol: 'tlsv9' }, {}, 'protocol: there is no "tlsv9"'],
  [{ options: ['sometimes'] }, {}, 'options: "sometimes" has no effect'],
  [{ verifyext: ['lsec_continue'] }, {}, 'verifyext: has no effect'],
  [{ capath: '/etc/ssl/certs' }, {}, 'capath: has no effect'],
  [{ depth: 3 }, {}, 'depth: has no effect'],
])('%j is not done as it says, which is said', (table, settings, warning) => {
  const found = read(table);
  expect(found.settings).toEqual(settings);
  expect(found.warnings).toEqual([expect.stringContaining(`ssl: ${warning}`)]);
});
