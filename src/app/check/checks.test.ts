import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { subjectOf } from '../../../test/support/check-subject.ts';
import { PROSODY_MODULES } from '../../config/prosody-modules.ts';
import { MODULE_NAMES } from '../modules.ts';
import type { Check } from './check.ts';
import { CHECK_NAMES } from './check-names.ts';
import { CHECKS } from './checks.ts';
import { connectionFindings, connectionsCheck } from './connections.ts';
import { disabledCheck } from './disabled.ts';
import { FEATURE_GROUPS, featureFindings, featuresCheck } from './features.ts';
import { exitStatus, finder, type Finding } from './finding.ts';
import { moduleFindings, modulesCheck } from './modules.ts';
import { runChecks } from './run-checks.ts';

const folder = mkdtempSync(join(tmpdir(), 'couplet-checks-'));
afterAll(() => rmSync(folder, { recursive: true }));

const idsOf = (findings: readonly Finding[]): string[] => findings.map(({ id }) => id);

describe('all checks', () => {
  test('are those whose names are listed', () => {
    expect(CHECKS.map(({ name }) => name)).toEqual(CHECK_NAMES);
  });

  test('each of their findings is documented', () => {
    const page = readFileSync(new URL('../../../docs/checks.md', import.meta.url), 'utf8');
    for (const { name, catalogue } of CHECKS) {
      const [, section = ''] = page.split(`## check ${name}\n`);
      for (const [id, [severity]] of Object.entries(catalogue)) {
        expect(section.split('\n## ')[0], id).toContain(`\n| \`${id}\` | ${severity} |`);
      }
    }
  });

  test('an id stands for one thing, and says what to do where something should be done', () => {
    const all = CHECKS.flatMap(({ catalogue }) => Object.entries(catalogue));
    const seen = new Map<string, string>();
    for (const [id, [severity, about, todo]] of all) {
      expect(seen.get(id) ?? about, id).toBe(about);
      seen.set(id, about);
      expect(about, id).toMatch(/\.$/);
      expect(severity === 'info' ? todo || '.' : todo, id).toMatch(/\.$/);
    }
  });
});

describe('running', () => {
  const find = finder('test', { bad: ['error', 'Bad.', 'Mend it.'] });
  const other = finder('other', { bad: ['error', 'Bad.', 'Mend it.'] });
  const check = (name: string, run: Check['run']): Check => ({ name, summary: name, catalogue: {}, run });

  test('what two checks find alike is told once; one that fails does not stop the others', async () => {
    const found = await runChecks(
      [
        check('a', () => Promise.resolve([find('bad', 'One.', 'f:1'), find('bad', 'One.', 'f:2')])),
        check('b', () => Promise.reject(new Error('broken'))),
        check('c', () => Promise.resolve([other('bad', 'One.', 'f:1'), find('bad', 'Other.')])),
      ],
      await subjectOf(folder, 'hosts: {a.im: }'),
    );
    expect(found.map(({ check: by, what, where }) => [by, what, where])).toEqual([
      ['test', 'One.', 'f:1'],
      ['test', 'One.', 'f:2'],
      ['b', 'b: broken.', undefined],
      ['test', 'Other.', undefined],
    ]);
  });

  test.each([
    [[], 0, 0],
    [['info'], 0, 0],
    [['info', 'advice'], 1, 2],
    [['advice', 'error'], 2, 2],
  ] as const)('%j: exit status %i, with --strict %i', (severities, status, strict) => {
    const findings = severities.map((severity): Finding => ({ check: '', id: '', severity, what: '', todo: '' }));
    expect([exitStatus(findings), exitStatus(findings, true)]).toEqual([status, strict]);
  });
});

describe('disabled', () => {
  test('hosts that are disabled, and no others', async () => {
    const subject = await subjectOf(folder, 'hosts:\n  a.im:\n  b.im: {enabled: false}\n');
    expect(await disabledCheck.run(subject)).toEqual([
      expect.objectContaining({ id: 'host-off', what: 'b.im is disabled.', where: expect.stringMatching(/:3$/) }),
    ]);
    expect(Object.keys(disabledCheck.catalogue)).toEqual(['host-off']);
  });
});

describe('features', () => {
  test('what is on, what is off, what is not there yet', () => {
    const found = featureFindings('a.im', ['roster', 'vcard'], ['roster', 'vcard', 'carbons']);
    expect(found.map(({ id }) => id)).toEqual(Object.keys(featuresCheck.catalogue));
    expect(found[0]?.what).toBe('a.im: Basic: contacts; Profiles: vCards.');
    expect(found[1]?.what).toBe('a.im: Several devices: copies of messages (carbons).');
    expect(found[2]?.what).toContain('Mobile devices: resumed connections (smacks), ');
  });

  test('a component below a host counts for it; one elsewhere does not', async () => {
    const rooms = async (domain: string): Promise<string[]> => {
      const subject = await subjectOf(folder, `{hosts: {a.im: }, components: {${domain}: {module: motd}}}`);
      const hosts = subject.settings.hosts.map((host) => (host.kind === 'host' ? host : { ...host, modules: ['muc'] }));
      const found = await featuresCheck.run({ ...subject, settings: { ...subject.settings, hosts } });
      return idsOf(found.filter(({ what }) => /Group chats: rooms\b/.test(what)));
    };
    expect(await rooms('rooms.a.im')).toEqual(['features-on']);
    expect(await rooms('rooms.b.im')).toEqual(['features-not-built']);
  });

  test('the modules in the table are known', () => {
    const names = FEATURE_GROUPS.flatMap(([, ...features]) => features.flatMap(([, ...makers]) => makers));
    expect(names.filter((name) => !MODULE_NAMES.includes(name) && !PROSODY_MODULES.includes(name))).toEqual([]);
  });
});

describe('modules', () => {
  const USUAL = 'roster, saslauth, tls, disco, carbons, mam, smacks, ping, blocklist';
  const ids = async (text: string, served?: { domain?: string; more?: string[]; less?: string }): Promise<string[]> => {
    const subject = await subjectOf(folder, text);
    const hosts = subject.settings.hosts.map(({ domain, kind, modules }) => ({
      domain: served?.domain ?? domain,
      kind,
      modules: [...modules, ...(served?.more ?? [])].filter((name) => name !== served?.less),
      sessions: 0,
      withheld: [],
    }));
    return idsOf(moduleFindings(subject, served && { hosts })).filter((id) => id !== 'modules-loaded');
  };
  const GOOD = `modules_enabled: [${USUAL}]\nhosts: {a.im: }`;

  test('nothing is said where all is as it should be', async () => {
    expect(await ids(GOOD)).toEqual([]);
    expect(await ids(GOOD, {})).toEqual([]);
  });

  test.each([
    ['module-recommended', GOOD.replace('mam, ', ''), undefined],
    ['module-insecure', `authentication: internal_plain\n${GOOD}`, undefined],
    ['module-not-running', GOOD, { less: 'mam' }],
    ['module-not-configured', GOOD, { more: ['version'] }],
    ['host-not-running', GOOD, { domain: 'b.im' }],
    ['providers-several', GOOD.replace('mam', 'mam, auth_anonymous'), undefined],
  ])('%s', async (id, text, served) => {
    expect(await ids(text, served)).toEqual([id]);
  });

  test('every finding is shown by a test', () => {
    const shown =
      'modules-loaded module-recommended module-insecure module-not-running module-not-configured host-not-running providers-several';
    expect(Object.keys(modulesCheck.catalogue).toSorted()).toEqual(shown.split(' ').toSorted());
  });
});

describe('connections', () => {
  const session = (address: string, protocol?: string, detached = false) => ({
    jid: 'a@a.im/x',
    address,
    ...(protocol !== undefined && { protocol }),
    detached,
  });

  test('are counted by TLS', () => {
    const some = [session('192.0.2.1', 'TLSv1.3'), session('192.0.2.2', 'TLSv1.3'), session('192.0.2.3', 'TLSv1.2')];
    expect(connectionFindings('a.im', [...some, session('192.0.2.4', undefined, true)])).toEqual([
      expect.objectContaining({
        id: 'connections-count',
        what: 'a.im: 3 connected (2 with TLSv1.3, 1 with TLSv1.2), 1 waiting to be resumed.',
      }),
      expect.objectContaining({ id: 'connections-addresses', what: expect.stringMatching(/; 3 different in all\.$/) }),
    ]);
  });

  test('some are in clear, or many from one address', () => {
    expect(idsOf(connectionFindings('a.im', [session('192.0.2.1')]))).toEqual([
      'connections-count',
      'connections-plain',
      'connections-addresses',
    ]);
    const many = (count: number, address: string) => Array.from({ length: count }, () => session(address, 'TLSv1.3'));
    expect(idsOf(connectionFindings('a.im', many(50, '192.0.2.1')))).toEqual([
      'connections-count',
      'connections-addresses',
      'connections-one-address',
    ]);
    for (const few of [
      many(49, '192.0.2.1'),
      many(60, '127.0.0.1'),
      [...many(50, '192.0.2.1'), ...many(60, '127.0.0.1')],
    ]) {
      expect(idsOf(connectionFindings('a.im', few))).toEqual(['connections-count', 'connections-addresses']);
    }
  });

  test('without a server there are none', async () => {
    expect(idsOf(await connectionsCheck.run(await subjectOf(folder, 'hosts: {a.im: }')))).toEqual([
      'connections-not-running',
    ]);
    const ask = () => Promise.resolve({ sessions: [], total: 0 });
    expect(idsOf(await connectionsCheck.run(await subjectOf(folder, 'hosts: {a.im: }', { ask })))).toEqual([
      'connections-count',
      'connections-s2s-not-built',
    ]);
    const shown = ['not-running', 'count', 'addresses', 'plain', 'one-address', 's2s-not-built'].map(
      (id) => `connections-${id}`,
    );
    expect(Object.keys(connectionsCheck.catalogue)).toEqual(shown);
  });
});
