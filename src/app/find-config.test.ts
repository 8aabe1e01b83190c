import { expect, test } from 'vitest';
import { ENVIRONMENT, findConfig } from './find-config.ts';

const COUPLET = '/etc/couplet/couplet.yaml';
const PROSODY = '/etc/prosody/prosody.cfg.lua';

/** What is found where only these files are there. */
const find = (files: readonly string[], environment: NodeJS.ProcessEnv = {}, look = true): string | undefined =>
  findConfig(environment, look, (path) => files.includes(path));

test('the environment names one; else the first in /etc; Prosody’s last', () => {
  expect(find([COUPLET, PROSODY], { PROSODY_CONFIG: 'x.lua' })).toBe('x.lua');
  expect(find([COUPLET, '/etc/couplet/prosody.cfg.lua', PROSODY])).toBe(COUPLET);
  expect(find(['/etc/couplet/prosody.cfg.lua', PROSODY])).toBe('/etc/couplet/prosody.cfg.lua');
  expect(find([PROSODY], { PROSODY_DOMAIN: 'a.example' })).toBe(PROSODY);
  expect(find([], { PROSODY_DOMAIN: 'a.example' })).toBe(ENVIRONMENT);
  expect(find([])).toBeUndefined();
});

test('a server that was started here without one goes on so, though Prosody is installed', () => {
  for (const own of ['data/prosody.sock', 'data/couplet.sqlite']) {
    expect(find([PROSODY, own])).toBeUndefined();
    expect(find([COUPLET, own])).toBe(COUPLET);
  }
});

test('nothing is looked for where that is not wanted, but what is named is used', () => {
  expect(find([COUPLET, PROSODY], {}, false)).toBeUndefined();
  expect(find([], { PROSODY_CONFIG: 'x.lua' }, false)).toBe('x.lua');
});
