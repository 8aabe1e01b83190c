import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TicketSecret } from './ticket-secret.ts';

const DAY = 86_400_000;
const NOW = 20_000 * DAY + 1;
let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'couplet-tickets-'));
  file = join(folder, 'own', 'session-tickets');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('the keys of a day outlive the process, and are for each purpose their own', () => {
  const first = new TicketSecret(file, NOW);
  expect(first.keysFor('a')).toHaveLength(48);
  expect(first.keysFor('a')).not.toEqual(first.keysFor('b'));
  expect(new TicketSecret(file, NOW + DAY - 2).keysFor('a')).toEqual(first.keysFor('a'));
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(folder, 'own'))).toEqual(['session-tickets']);
  expect(new TicketSecret(undefined, NOW).keysFor('a')).not.toEqual(new TicketSecret(undefined, NOW).keysFor('a'));
});

test('each day has others, the same in all processes, and what was before cannot be had from the file', () => {
  const running = new TicketSecret(file, NOW);
  const before = running.keysFor('a');
  const text = readFileSync(file, 'latin1');
  expect(running.dayAt(NOW + 3 * DAY)).toBe(20_003);
  expect(running.keysFor('a')).not.toEqual(before);
  expect(readFileSync(file, 'latin1')).not.toBe(text);
  expect(running.dayAt(NOW)).toBe(20_003); // a clock that goes back changes nothing
  expect(new TicketSecret(file, NOW + 3 * DAY).keysFor('a')).toEqual(running.keysFor('a'));
  writeFileSync(file, text); // another process that has not looked for three days
  expect(new TicketSecret(file, NOW + 3 * DAY).keysFor('a')).toEqual(running.keysFor('a'));
});

test.each(['', 'nonsense', `30000 ${'a'.repeat(64)}\n`])('a file that makes no sense is replaced: %j', (text) => {
  new TicketSecret(file, NOW);
  writeFileSync(file, text);
  const { keysFor } = new TicketSecret(file, NOW);
  expect(keysFor).toBeDefined();
  expect(readFileSync(file, 'latin1')).toMatch(/^20000 [0-9a-f]{64}\n$/);
});

test('a file that cannot be written stops nothing', () => {
  expect(new TicketSecret('/dev/null/session-tickets', NOW).keysFor('a')).toHaveLength(48);
});
