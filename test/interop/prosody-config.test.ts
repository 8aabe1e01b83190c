/** One configuration on Prosody and on Couplet: every difference in what they make of it has an explanation. */
import { describe, expect, test } from 'vitest';
import { needs } from '../support/needs.ts';
import { compareServers } from './compare/compare-servers.ts';
import { compare, tableOf } from './compare/differences.ts';
import { DOMAINS, MODULES, OPTIONS, SERVICES } from './compare/explanations.ts';
import type { Facts } from './compare/facts.ts';
import { keepTranscript } from './interop-server.ts';

const facts = (options: Record<string, unknown>, more: Partial<Facts> = {}): Facts => ({
  domains: [{ domain: 'h', kind: 'host' }],
  modules: new Map(),
  ports: [],
  options: new Map(
    Object.entries(options).map(([name, value]) => [`h ${name}`, { value, modules: ['mam'], isSet: false }]),
  ),
  ...more,
});

test('values that mean the same are alike; what differs and is not known is not explained', () => {
  const prosody = facts({ a: '1w', b: ['x', 'y'], c: {}, mam_smart_enable: true, x: 1 }, { ports: ['c2s 1', 's2s 2'] });
  const couplet = facts({ a: 604_800, b: ['y', 'x'], x: 2 }, { ports: ['c2s 3'] });
  const rows = compare(prosody, couplet).map(({ name, why }) => [name, why]);
  expect(rows).toEqual([
    ...[
      ['host', ''],
      ['c2s', undefined],
      ['c2s', undefined],
      ['s2s', 'of s2s, not there yet'],
    ],
    ...[
      ['a', ''],
      ['b', ''],
      ['c', ''],
      ['mam_smart_enable', undefined],
      ['x', undefined],
    ],
  ]);
});

describe.skipIf(!needs('prosody'))('Prosody', () => {
  test('hosts, components, ports, modules and options of one configuration', { timeout: 180_000 }, async () => {
    const rows = await compareServers();
    keepTranscript('prosody-config', tableOf(rows).split('\n'));
    expect(rows.filter(({ why }) => why === undefined)).toEqual([]);
    const reasons = new Set(rows.map(({ why }) => why));
    const given = [DOMAINS, SERVICES, MODULES, OPTIONS].flatMap((all) => [...all]);
    expect(given.filter(([, why]) => !reasons.has(why))).toEqual([]);
    const alike = rows.filter(({ why }) => why === '').map(({ what, where, name }) => `${what} ${where} ${name}`);
    for (const known of [
      ...['domain one.example host', 'domain two.example host', 'port * c2s', 'port * c2s_direct_tls'],
      ...['module one.example mam', 'module two.example ping', 'option one.example archive_expires_after'],
      ...['option one.example c2s_timeout', 'option two.example allow_registration', 'option one.example admins'],
    ]) {
      expect(alike).toContain(known);
    }
  });
});
