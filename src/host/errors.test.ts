import { expect, test } from 'vitest';
import { MemoryLog, stanzaOf } from '../../test/support/world.ts';
import { Jid } from '../jid/jid.ts';
import { StanzaError } from '../stanza/errors.ts';
import { StorageError, type StorageCondition } from '../storage/storage-error.ts';
import { ErrorMapper } from './errors.ts';

function mapped(error: unknown): { readonly error: StanzaError; readonly log: MemoryLog } {
  const log = new MemoryLog();
  const from = Jid.parse('romeo@localhost/o');
  if (from === undefined) throw new Error('no address');
  const stanza = stanzaOf('<message to="juliet@localhost"/>');
  return { error: new ErrorMapper(log).toStanzaError(error, { from, stanza }), log };
}

test.each<[StorageCondition, string, string]>([
  ['unavailable', 'resource-constraint', 'wait'],
  ['too-slow', 'resource-constraint', 'wait'],
  ['congested', 'resource-constraint', 'wait'],
  ['corrupt-value', 'internal-server-error', 'cancel'],
])('R5: a storage that says %s: %s (%s)', (condition, expected, type) => {
  const { error } = mapped(new StorageError(condition, 'it failed'));
  expect([error.condition, error.type]).toEqual([expected, type]);
});

test('stanza errors are as they are; others carry the id of their line in the log', () => {
  const own = new StanzaError('forbidden');
  expect(mapped(own).error).toBe(own);
  const { error, log } = mapped(new Error('a secret'));
  expect(error.condition).toBe('internal-server-error');
  expect(error.text).toContain(String(log.lines[0]?.fields['error_id']));
  expect(error.text).not.toContain('secret');
});
