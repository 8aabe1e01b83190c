import { expect, test } from 'vitest';
import { Jid } from '../jid/jid.ts';
import type { Rights } from './account-role.ts';
import { Permissions } from './permissions.ts';

function jid(text: string): Jid {
  const parsed = Jid.parse(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
}

/** Without a source that takes time there is no promise. */
function rights(permissions: Permissions, who: Jid): Rights {
  const found = permissions.rightsOf(who);
  if (found instanceof Promise) throw new Error('a promise');
  return found;
}

const roleOf = (permissions: Permissions, who: Jid): string => rights(permissions, who).name;
const may = (permissions: Permissions, who: Jid, action: string): boolean => rights(permissions, who).may(action);

test('roles: admins by their canonical bare JID, accounts of the host, everybody else', () => {
  const permissions = new Permissions('localhost', {
    admins: ['Admin@LOCALHOST', 'root@other.example', 'no jid@@', 7],
  });
  expect(roleOf(permissions, jid('admin@localhost/phone'))).toBe('prosody:operator');
  expect(roleOf(permissions, jid('root@other.example'))).toBe('prosody:operator');
  expect(roleOf(permissions, jid('user@localhost'))).toBe('prosody:registered');
  expect(roleOf(permissions, jid('admin@other.example'))).toBe('prosody:guest');
  expect(roleOf(permissions, jid('localhost'))).toBe('prosody:guest');
});

test('an action needs its role or one above; one that nobody declared is refused', () => {
  const permissions = new Permissions('localhost', { admins: ['admin@localhost'] });
  const undo = permissions.declare('m:act', 'prosody:member');
  expect(may(permissions, jid('admin@localhost'), 'm:act')).toBe(true);
  expect(may(permissions, jid('user@localhost'), 'm:act')).toBe(false);
  expect(may(permissions, jid('admin@localhost'), 'm:other')).toBe(false);
  expect(() => permissions.declare('m:act', 'prosody:guest')).toThrow('declared already');
  undo();
  expect(may(permissions, jid('admin@localhost'), 'm:act')).toBe(false);
});

test('assigned roles come before the default, not before the admins of the configuration', () => {
  const permissions = new Permissions('localhost', { admins: ['admin@localhost'] });
  const undo = permissions.assignedBy((user) => (user.local === 'mod' ? 'prosody:admin' : 'prosody:guest'));
  expect(roleOf(permissions, jid('mod@localhost'))).toBe('prosody:admin');
  expect(roleOf(permissions, jid('admin@localhost'))).toBe('prosody:operator');
  undo();
  expect(roleOf(permissions, jid('mod@localhost'))).toBe('prosody:registered');
});

test('an admin of one host is no operator of the server', () => {
  const permissions = new Permissions('localhost', { admins: ['root@localhost'], host_admins: ['boss@localhost'] });
  expect(roleOf(permissions, jid('root@localhost'))).toBe('prosody:operator');
  expect(roleOf(permissions, jid('boss@localhost'))).toBe('prosody:admin');
});

test('rules: custom roles, actions that are added to a role and taken from one', () => {
  const permissions = new Permissions('localhost', {});
  permissions.declare('m:act', 'prosody:member');
  permissions.declare('m:rule', 'prosody:admin');
  permissions.assignedBy(({ local }) => local);
  const undo = permissions.ruledBy({
    custom: [
      { name: 'helper', priority: 40, inherits: ['prosody:member'], allow: ['m:rule'], deny: [] },
      { name: 'muted', priority: 30, inherits: ['helper'], allow: [], deny: ['m:act'] },
    ],
    add: new Map([['prosody:guest', ['m:new']]]),
    remove: new Map([['prosody:admin', ['m:act']]]),
  });
  const allowed = (role: string): string[] =>
    ['m:act', 'm:rule', 'm:new'].filter((action) => may(permissions, jid(`${role}@localhost`), action));
  expect(allowed('helper')).toEqual(['m:act', 'm:rule', 'm:new']);
  expect(allowed('muted')).toEqual(['m:rule', 'm:new']);
  expect(allowed('nobody-knows')).toEqual([]);
  permissions.declare('m:later', 'prosody:registered');
  expect(may(permissions, jid('muted@localhost'), 'm:later')).toBe(true);
  expect(permissions.roles.map(({ name }) => name)).toEqual([
    'prosody:guest',
    'prosody:registered',
    'muted',
    'prosody:member',
    'helper',
    'prosody:admin',
    'prosody:operator',
  ]);
  const none = { custom: [], add: new Map<string, string[]>(), remove: new Map<string, string[]>() };
  expect(() => permissions.ruledBy({ ...none, add: new Map([['x', ['m:act']]]) })).toThrow('there is no role "x"');
  expect(allowed('helper')).toHaveLength(3);
  undo();
  expect(permissions.role('helper')).toBeUndefined();
  expect(allowed('helper')).toEqual([]);
});
