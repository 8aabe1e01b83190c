import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestRunner, afterAll, expect, test, vi } from 'vitest';
import { external, needs, pidNamespaces } from './needs.ts';

const folder = mkdtempSync(join(tmpdir(), 'couplet-needs-'));
const { meta } = TestRunner.getCurrentSuite().file;

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Run `check` with nothing on PATH but `folder`; the result, and what was noted as missing meanwhile. */
function withPath<T>(check: () => T): { result: T; missing: readonly string[] } {
  const before = meta.missing;
  vi.stubEnv('PATH', folder);
  try {
    meta.missing = [];
    const result = check();
    return { result, missing: meta.missing };
  } finally {
    vi.unstubAllEnvs();
    if (before === undefined) delete meta.missing;
    else meta.missing = before;
  }
}

test('what is missing is noted and makes tests skip', () => {
  expect(withPath(() => needs('prosody', {}))).toEqual({ result: false, missing: ['prosody is not installed'] });
});

test('a machine without PID namespaces is noted', () => {
  expect(withPath(pidNamespaces)).toEqual({ result: false, missing: ['PID namespaces are not permitted'] });
});

test('in CI it is a failure', () => {
  withPath(() => {
    expect(() => needs('prosody', { CI: 'true' })).toThrow('prosody is not installed, and in CI it must be');
  });
});

test('what is there is found, if it can be executed', () => {
  const program = join(folder, 'prosody');
  writeFileSync(program, '');
  expect(withPath(() => needs('prosody', {})).result).toBe(false);
  chmodSync(program, 0o755);
  expect(withPath(() => needs('prosody', { CI: 'true' }))).toEqual({ result: true, missing: [] });
});

test('files from outside are never a failure', () => {
  expect(withPath(() => external('CORPUS', { CI: 'true' }))).toEqual({
    result: undefined,
    missing: ['CORPUS is not set'],
  });
  expect(withPath(() => external('CORPUS', { CI: 'true', CORPUS: '/nonexistent' })).missing).toEqual([
    'CORPUS names nothing: /nonexistent',
  ]);
  expect(withPath(() => external('CORPUS', { CORPUS: folder }))).toEqual({ result: folder, missing: [] });
});
