import { expect, test } from 'vitest';
import { notBuilt, withNotBuilt } from './not-built.ts';

test('what is built or not needed is not listed; what is not is, once, among its own', () => {
  const { own, others } = notBuilt();
  for (const name of ['ping', 'register', 'cron', 'posix']) expect([...own, ...others]).not.toContain(name);
  expect(own).toContain('muc');
  expect(others).toContain('http_oauth2');
  expect(new Set([...own, ...others]).size).toBe(own.length + others.length);
});

test('a page gets the list between its marks, on lines that are short enough', () => {
  const page = withNotBuilt('a\n<!-- not-built -->\nold\n<!-- /not-built -->\nb\n');
  expect(page).toMatch(/^a\n<!-- not-built -->\nModules of Prosody [^]* muc,[^]*\n<!-- \/not-built -->\nb\n$/);
  expect(page).not.toContain('old');
  expect(Math.max(...page.split('\n').map((line) => line.length))).toBeLessThanOrEqual(121);
  expect(() => withNotBuilt('a')).toThrow('marks');
});
