import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { releaseNotes, withRelease } from './release-notes.ts';

test('fragments by section, in the fixed order, then by name', () => {
  const fragments = new Map([
    ['xml-fast.added.md', 'The scanner.\nIt is fast.\n'],
    ['mam-order.fixed.md', 'Order.'],
    ['jid-x.added.md', 'Addresses.'],
    ['sasl-y.security.md', 'A hole.'],
  ]);
  expect(releaseNotes(fragments)).toBe(
    '### Security\n\n* A hole.\n\n### Added\n\n* Addresses.\n* The scanner.\n  It is fast.\n\n### Fixed\n\n* Order.\n',
  );
});

test.each(['notes.md', 'mam-order.improved.md', 'mam order.fixed.md'])('%s is no name for a fragment', (name) => {
  expect(() => releaseNotes(new Map([[name, 'x']]))).toThrow(`changes.d/${name}: not of the form`);
});

test('the fragments that are there have good names', () => {
  const names = readdirSync(new URL('../changes.d', import.meta.url)).filter((name) => name !== 'README.md');
  expect(() => releaseNotes(new Map(names.map((name) => [name, 'x'])))).not.toThrow();
});

test('a release goes on top', () => {
  const first = withRelease('', '0.1.0', '2026-12-01', 'one\n');
  expect(first).toBe('# Changes\n\n## 0.1.0 (2026-12-01)\n\none\n');
  expect(withRelease(first, '0.2.0', '2027-01-01', 'two\n')).toBe(
    '# Changes\n\n## 0.2.0 (2027-01-01)\n\ntwo\n\n## 0.1.0 (2026-12-01)\n\none\n',
  );
});
