import { expect, test } from 'vitest';
import type { HostConfig } from '../../host/host.ts';
import { levelsFrom } from '../../logging/levels.ts';
import type { ServerSettings } from '../server-settings.ts';
import { describe as inWords } from './describe.ts';
import { differenceOf } from './difference.ts';

const OPTIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ['mam', ['archive_expires_after', 'archive_store']],
  ['tls', ['certificate']],
]);

const host = (domain: string, given: Partial<HostConfig> = {}): HostConfig => ({
  domain,
  kind: 'host',
  modules: ['mam', 'tls'],
  options: {},
  ...given,
});

const settings = (given: Partial<ServerSettings> = {}): ServerSettings => ({
  hosts: [host('a.example')],
  storage: { kind: 'memory' },
  dataPath: '/data',
  adminSocket: '/data/prosody.sock',
  log: [],
  warnings: [],
  ...given,
});

/** What changes between two settings, a line each. */
function lines(now: Partial<ServerSettings>, next: Partial<ServerSettings>, failed: readonly string[] = []): string[] {
  const difference = differenceOf(settings(now), settings(next), {
    optionsOf: (module) => OPTIONS.get(module) ?? [],
    always: ['tls'],
    failed: (place) => failed.includes(place),
  });
  return inWords(difference, 'done').map((step) => `${step.host ?? '-'}: ${step.change}: ${step.result}`);
}

const CERTIFICATE = 'a.example: module tls reads its files anew: done';

test('nothing changed: only files are read anew', () => {
  expect(lines({}, {})).toEqual([CERTIFICATE]);
});

test('hosts come and go; one that becomes a component does both', () => {
  expect(lines({ hosts: [host('a.example')] }, { hosts: [host('b.example')] })).toEqual([
    'b.example: host added: done',
    'a.example: host removed, its clients disconnected: done',
  ]);
  expect(lines({}, { hosts: [host('a.example', { kind: 'component' })] })).toEqual([
    'a.example: host added: done',
    'a.example: host removed, its clients disconnected: done',
  ]);
});

test('modules are loaded, unloaded, and set up again where one of their own options changed', () => {
  const options = { archive_expires_after: '1 week', other: 2, admins: ['ann@a.example'] };
  const next = [host('a.example', { modules: ['mam', 'ping'], options })];
  expect(lines({}, { hosts: next })).toEqual([
    'a.example: admins: done',
    'a.example: module tls unloaded: done',
    'a.example: module ping loaded: done',
    'a.example: module mam set up again: archive_expires_after: done',
  ]);
  expect(lines({ hosts: next }, { hosts: next })).toEqual([]);
});

test('a module that failed is tried again although nothing changed', () => {
  expect(lines({}, {}, ['a.example mam'])).toEqual(['a.example: module mam loaded: done', CERTIFICATE]);
});

test('what belongs to the process changes at once, or is told to need a restart', () => {
  const next = {
    memoryLimit: 1000,
    log: [{ to: '*syslog', levels: levelsFrom('info'), format: 'text' }],
    storage: { kind: 'sqlite', directory: '/data' },
    adminSocket: '/run/couplet.sock',
  } as const;
  expect(lines({}, next)).toEqual([
    '-: log: done',
    '-: memory_limit: done',
    CERTIFICATE,
    '-: storage: only after a restart',
    '-: admin_socket: only after a restart',
  ]);
  const moved = { dataPath: '/other', adminSocket: '/other/prosody.sock' };
  expect(lines({}, moved)).toEqual([CERTIFICATE, '-: data_path: only after a restart']);
});
