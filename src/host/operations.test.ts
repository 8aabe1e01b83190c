import { expect, test } from 'vitest';
import { z } from 'zod';
import { MemoryLog } from '../../test/support/world.ts';
import { Jid } from '../jid/jid.ts';
import { StanzaError } from '../stanza/errors.ts';
import { secret } from './operation-fields.ts';
import { OperationInputError, Operations, type OperationContext } from './operations.ts';
import { Permissions } from './permissions.ts';

const progress: string[] = [];
const context = (who?: Jid): OperationContext => ({
  who,
  face: 'call',
  signal: new AbortController().signal,
  progress: (done, total) => progress.push(`${done}/${total}`),
});

function operations(changes: boolean): { operations: Operations; log: MemoryLog } {
  const log = new MemoryLog();
  const all = new Operations(log, new Permissions('localhost', { admins: ['admin@localhost'] }));
  all.add({
    name: 'user.greet',
    summary: 'Greet an account',
    input: z.object({ name: z.string().min(1) }),
    output: z.object({ text: z.string() }),
    role: 'prosody:admin',
    changes,
    run: async ({ name }, { progress: report }) => {
      report(1, 2);
      if (name === 'nobody') throw new StanzaError('item-not-found');
      return { text: `hello ${name}` };
    },
  });
  return { operations: all, log };
}

test('runs with checked input and tells how far it is', async () => {
  const { operations: all } = operations(false);
  expect(await all.run('user.greet', { name: 'ann' }, context())).toEqual({ text: 'hello ann' });
  expect(progress).toEqual(['1/2']);
  await expect(all.run('user.greet', { name: '' }, context())).rejects.toThrow(OperationInputError);
  await expect(all.run('user.greet', { name: '' }, context())).rejects.toThrow(/user.greet: name: /);
  await expect(all.run('user.nothing', {}, context())).rejects.toThrow('no operation user.nothing');
});

test('is refused without the role', async () => {
  const { operations: all } = operations(false);
  await expect(all.run('user.greet', { name: 'ann' }, context(Jid.parse('user@localhost')))).rejects.toThrow(
    'forbidden',
  );
  expect(await all.run('user.greet', { name: 'ann' }, context(Jid.parse('admin@localhost')))).toBeDefined();
});

test('changes are audited with who, how and with which outcome; the rest is not', async () => {
  const { operations: all, log } = operations(true);
  await all.run('user.greet', { name: 'ann' }, context(Jid.parse('admin@localhost/x')));
  await expect(all.run('user.greet', { name: 'nobody' }, context())).rejects.toThrow('item-not-found');
  expect(log.lines.map(({ level, fields }) => [level, fields['who'], fields['outcome']])).toEqual([
    ['info', 'admin@localhost/x', 'done'],
    ['warn', 'operator', 'failed'],
  ]);
  const quiet = operations(false);
  await quiet.operations.run('user.greet', { name: 'ann' }, context());
  expect(quiet.log.lines).toEqual([]);
});

test('what is recorded holds the input without secrets and nested values; a refused run is in the log alone', async () => {
  const { operations: all, log } = operations(true);
  const entries: unknown[] = [];
  const stop = all.recordedBy(async (entry) => void entries.push(entry));
  all.add({
    name: 'user.make',
    summary: 'Make',
    input: z.object({
      jid: z.string(),
      password: secret.optional(),
      more: z.object({ a: z.string() }),
      tags: z.array(z.string()),
    }),
    output: z.object({}),
    role: 'prosody:admin',
    changes: true,
    run: async () => ({}),
  });
  const input = { jid: 'a@b', password: 'p', more: { a: 'p' }, tags: ['x'.repeat(400)], foreign: 'p' };
  await all.run('user.make', input, context());
  await expect(all.run('user.make', input, context(Jid.parse('user@localhost')))).rejects.toThrow('forbidden');
  expect(entries).toEqual([
    {
      operation: 'user.make',
      who: 'operator',
      face: 'call',
      address: undefined,
      input: { jid: 'a@b', tags: [`${'x'.repeat(300)}…`] },
      outcome: 'done',
    },
  ]);
  expect(log.lines.map(({ fields }) => fields['outcome'])).toEqual(['done', 'refused']);
  stop();
  await all.run('user.make', input, context());
  expect(entries).toHaveLength(1);
});

test('a change that cannot be recorded is done, and the log says so', async () => {
  const { operations: all, log } = operations(true);
  all.recordedBy(() => Promise.reject(new Error('disk full')));
  expect(await all.run('user.greet', { name: 'ann' }, context())).toEqual({ text: 'hello ann' });
  expect(log.lines.map(({ level, message }) => [level, message])).toEqual([
    ['info', 'operation'],
    ['error', 'operation could not be recorded'],
  ]);
});
