import { expect, test } from 'vitest';
import { Jid } from '../jid/jid.ts';
import { Permissions } from './permissions.ts';

function jid(text: string): Jid {
  const parsed = Jid.parse(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
}

test('roles: admins by their canonical bare JID, accounts of the host, everybody else', () => {
  const permissions = new Permissions('localhost', {
    admins: ['Admin@LOCALHOST', 'root@other.example', 'no jid@@', 7],
  });
  expect(permissions.roleOf(jid('admin@localhost/phone'))).toBe('prosody:operator');
  expect(permissions.roleOf(jid('root@other.example'))).toBe('prosody:operator');
  expect(permissions.roleOf(jid('user@localhost'))).toBe('prosody:registered');
  expect(permissions.roleOf(jid('admin@other.example'))).toBe('prosody:guest');
  expect(permissions.roleOf(jid('localhost'))).toBe('prosody:guest');
});

test('an action needs its role or one above; one that nobody declared is refused', () => {
  const permissions = new Permissions('localhost', { admins: ['admin@localhost'] });
  const undo = permissions.declare('m:act', 'prosody:member');
  expect(permissions.may(jid('admin@localhost'), 'm:act')).toBe(true);
  expect(permissions.may(jid('user@localhost'), 'm:act')).toBe(false);
  expect(permissions.may(jid('admin@localhost'), 'm:other')).toBe(false);
  expect(() => permissions.declare('m:act', 'prosody:guest')).toThrow('declared already');
  undo();
  expect(permissions.may(jid('admin@localhost'), 'm:act')).toBe(false);
});

test('assigned roles come before the default, not before the admins of the configuration', () => {
  const permissions = new Permissions('localhost', { admins: ['admin@localhost'] });
  const undo = permissions.assignedBy((user) => (user.local === 'mod' ? 'prosody:admin' : 'prosody:guest'));
  expect(permissions.roleOf(jid('mod@localhost'))).toBe('prosody:admin');
  expect(permissions.roleOf(jid('admin@localhost'))).toBe('prosody:operator');
  undo();
  expect(permissions.roleOf(jid('mod@localhost'))).toBe('prosody:registered');
});
