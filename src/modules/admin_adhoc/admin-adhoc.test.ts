import { afterEach, beforeEach, expect, test } from 'vitest';
import { ROUTING, World, settled, type TestClient } from '../../../test/support/world.ts';
import { Auth } from '../../host/auth.ts';
import { Jid } from '../../jid/jid.ts';
import { parseForm } from '../../stanza/form.ts';
import type { Element } from '../../xml/element.ts';
import { NS_ADMIN } from './fields.ts';
import { nodeOf } from './generic.ts';

const NS_COMMANDS = 'http://jabber.org/protocol/commands';
const MODULES = [
  ...ROUTING,
  'disco',
  'roster',
  'auth_internal_hashed',
  'authz_internal',
  'admin_operations',
  'adhoc',
  'admin_adhoc',
  'announce',
  'motd',
  'welcome',
];

let world: World;
let boss: TestClient;

beforeEach(async () => {
  world = await World.start({
    hosts: [
      { modules: MODULES, options: { admins: ['boss@localhost'], host_admins: ['chief@localhost'] } },
      { domain: 'other', modules: MODULES, options: { admins: ['boss@other'], host_admins: ['chief@other'] } },
    ],
  });
  boss = await world.client('boss@localhost/desk');
});

afterEach(() => world.stop());

async function command(client: TestClient, node: string, more = '', form = '', to = 'localhost'): Promise<Element> {
  client.send(
    `<iq id="1" type="set" to="${to}"><command xmlns="${NS_COMMANDS}" node="${node}" ${more}>${form}</command></iq>`,
  );
  for (let turn = 0; turn < 40; turn++) {
    await settled();
    const answer = client.take().find(({ name }) => name === 'iq');
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`no answer to ${node}`);
}

/** Run a command with one form to its end. */
async function run(node: string, values: Readonly<Record<string, string | readonly string[]>> = {}): Promise<Element> {
  const first = (await command(boss, node)).child('command', NS_COMMANDS);
  if (first === undefined) throw new Error('refused');
  if (first.attr('status') === 'completed') return first;
  const type = parseForm(first.child('x', 'jabber:x:data') ?? first).formType ?? '';
  const fields = Object.entries({ FORM_TYPE: type, ...values }).map(
    ([name, value]) =>
      `<field var="${name}">${[value]
        .flat()
        .map((text) => `<value>${text}</value>`)
        .join('')}</field>`,
  );
  const form = `<x xmlns="jabber:x:data" type="submit">${fields.join('')}</x>`;
  const answer = await command(boss, node, `sessionid="${first.attr('sessionid') ?? ''}"`, form);
  const last = answer.child('command', NS_COMMANDS);
  if (last === undefined)
    throw new Error(
      answer
        .child('error')
        ?.elements()
        .map(({ name }) => name)
        .join(),
    );
  return last;
}

function note(result: Element): string {
  const found = result.child('note');
  return found === undefined ? '' : `${found.attr('type')}: ${found.text()}`;
}

function field(result: Element, name: string): readonly string[] | undefined {
  return parseForm(result.child('x', 'jabber:x:data') ?? result).fields.get(name);
}

async function listed(client: TestClient, to = 'localhost'): Promise<string[]> {
  client.take();
  client.send(
    `<iq id="2" type="get" to="${to}"><query xmlns="http://jabber.org/protocol/disco#items" node="${NS_COMMANDS}"/></iq>`,
  );
  await settled();
  const [answer] = client.take();
  const query = answer?.child('query', 'http://jabber.org/protocol/disco#items');
  return query?.elements('item').map((item) => item.attr('node') ?? '') ?? [];
}

const exists = async (user: string): Promise<boolean | undefined> => world.host().services.find(Auth)?.exists(user);

test('every operation has a command, but for those whose input no form can hold, and those that go on telling', async () => {
  const nodes = new Set(await listed(boss));
  const without: string[] = [];
  for (const { name, adhoc, fields, streams } of world.host().operations.list()) {
    if (nodes.has(adhoc ?? '') || nodes.has(nodeOf(name))) continue;
    expect(streams || fields.some(({ type }) => type === 'nested')).toBe(true);
    without.push(name);
  }
  expect(without).toEqual(['user.import', 'watch.log', 'watch.stanzas']);
});

test('all of service administration is there', async () => {
  const nodes = new Set(await listed(boss));
  // XEP-0133 v1.3.1 §4.1 to §4.31, in their order; §4.6 is retracted.
  const names =
    'add-user delete-user disable-user reenable-user end-user-session change-user-password get-user-roster ' +
    'get-user-lastlogin user-stats edit-blacklist edit-whitelist get-registered-users-num get-disabled-users-num ' +
    'get-online-users-num get-active-users-num get-idle-users-num get-registered-users-list get-disabled-users-list ' +
    'get-online-users-list get-active-users get-idle-users announce set-motd edit-motd delete-motd set-welcome ' +
    'delete-welcome edit-admin restart shutdown';
  expect(names.split(' ').filter((name) => !nodes.has(`${NS_ADMIN}#${name}`))).toEqual([]);
  expect(names.split(' ')).toHaveLength(30);
});

test('S86: ordinary users and admins of other hosts are refused on every operation', async () => {
  const nodes = await listed(boss);
  expect(nodes.length).toBeGreaterThan(60);
  const admins = await world.client('chief@localhost/x');
  expect((await listed(admins)).length).toBeGreaterThan(40);
  for (const node of [`${NS_ADMIN}#shutdown`, `${NS_ADMIN}#restart`, `${NS_ADMIN}#edit-admin`]) {
    expect((await command(admins, node)).child('error')?.elements()[0]?.name).toBe('forbidden');
  }
  for (const address of ['user@localhost/x', 'boss@other/x', 'chief@other/x', 'user@other/x']) {
    const client = await world.client(address);
    expect(await listed(client)).toEqual([]);
    for (const node of nodes) {
      const answer = await command(client, node);
      expect([node, answer.child('error')?.elements()[0]?.name]).toEqual([node, 'forbidden']);
    }
  }
  const { operations } = world.host();
  const context = {
    who: boss.session.jid,
    face: 'adhoc',
    signal: new AbortController().signal,
    progress: () => undefined,
  };
  for (const address of ['user@localhost/x', 'boss@other/x', 'chief@other/x', 'localhost', 'boss@elsewhere/x']) {
    for (const { name } of operations.list()) {
      const run = operations.run(name, {}, { ...context, who: Jid.parse(address) });
      await expect(run, name).rejects.toThrow('forbidden');
    }
  }
  expect(world.server.hosts.size).toBe(2);
});

test('accounts are made, changed and deleted; a secret is asked for as one and never repeated', async () => {
  const asked = await command(boss, `${NS_ADMIN}#add-user`);
  const x = asked.child('command', NS_COMMANDS)?.child('x', 'jabber:x:data');
  expect(x?.elements('field').map((it) => `${it.attr('var')} ${it.attr('type')}`)).toEqual([
    'FORM_TYPE hidden',
    'accountjid jid-single',
    'password text-private',
    'password-verify text-private',
  ]);
  const ann = { accountjid: 'ann@localhost', password: 'topsecret', 'password-verify': 'topsecret' };
  await expect(run(`${NS_ADMIN}#add-user`, { ...ann, 'password-verify': 'other' })).rejects.toThrow();
  await expect(run(`${NS_ADMIN}#add-user`, { ...ann, accountjid: 'ann@other' })).rejects.toThrow();
  expect(await exists('ann')).toBe(false);
  expect(note(await run(`${NS_ADMIN}#add-user`, ann))).toBe('info: The account was created');
  expect(await exists('ann')).toBe(true);
  expect(note(await run(`${NS_ADMIN}#add-user`, ann))).toBe('error: ann@localhost exists already');
  await run(`${NS_ADMIN}#change-user-password`, { accountjid: 'ann@localhost', password: 'newsecret' });
  expect(await world.host().services.find(Auth)?.checkPassword('ann', 'newsecret')).toBe(true);
  const both = ['ann@localhost', 'bob@localhost'];
  expect(note(await run(`${NS_ADMIN}#delete-user`, { accountjids: both }))).toBe(
    'error: 1 deleted; bob@localhost does not exist',
  );
  expect(await exists('ann')).toBe(false);
  const log = await run(nodeOf('audit.list'), {});
  expect(log.child('x', 'jabber:x:data')?.elements('item')).toHaveLength(6);
  expect(JSON.stringify([world.log.lines, log])).not.toContain('secret');
});

test('numbers, lists, rosters and statistics', async () => {
  for (const name of ['ann', 'bob', 'carl']) {
    const accountjid = `${name}@localhost`;
    await run(`${NS_ADMIN}#add-user`, { accountjid, password: 'x', 'password-verify': 'x' });
  }
  const ann = await world.available('ann@localhost/a');
  await run(nodeOf('roster.add'), {
    jid: 'ann@localhost',
    contact: 'bob@localhost',
    name: 'Bob',
    group: 'Friends',
    subscription: 'to',
  });
  expect(field(await run(`${NS_ADMIN}#get-registered-users-num`), 'registeredusersnum')).toEqual(['3']);
  expect(field(await run(`${NS_ADMIN}#get-online-users-num`), 'onlineusersnum')).toEqual(['2']);
  expect(field(await run(`${NS_ADMIN}#get-active-users-num`), 'activeusersnum')).toEqual(['1']);
  const all = await run(`${NS_ADMIN}#get-registered-users-list`, { max_items: 'none' });
  expect(field(all, 'registereduserjids')).toEqual(['ann@localhost', 'bob@localhost', 'carl@localhost']);
  ann.send('<presence><show>away</show></presence>');
  await settled();
  expect(field(await run(`${NS_ADMIN}#get-idle-users`), 'activeuserjids')).toEqual(['ann@localhost']);
  const roster = await run(`${NS_ADMIN}#get-user-roster`, { accountjid: 'ann@localhost' });
  const item = roster.child('x', 'jabber:x:data')?.child('query', 'jabber:iq:roster')?.elements()[0];
  expect([...(item?.attrs ?? [])]).toEqual([
    ['jid', 'bob@localhost'],
    ['name', 'Bob'],
    ['subscription', 'to'],
  ]);
  const stats = await run(`${NS_ADMIN}#user-stats`, { accountjid: 'ann@localhost' });
  expect([field(stats, 'rostersize'), field(stats, 'onlineresources')]).toEqual([['1'], ['a']]);
  await run(`${NS_ADMIN}#end-user-session`, { accountjids: 'ann@localhost' });
  expect(ann.closed).toHaveLength(1);
});

test('accounts are disabled and enabled; the last login is told', async () => {
  for (const name of ['ann', 'bob']) {
    const accountjid = `${name}@localhost`;
    await run(`${NS_ADMIN}#add-user`, { accountjid, password: 'x', 'password-verify': 'x' });
  }
  const ann = await world.client('ann@localhost/a');
  const both = { accountjids: ['ann@localhost', 'bob@localhost'] };
  expect(note(await run(`${NS_ADMIN}#disable-user`, both))).toBe('info: 2 disabled');
  expect(ann.closed).toHaveLength(1);
  expect(field(await run(`${NS_ADMIN}#get-disabled-users-num`), 'disabledusersnum')).toEqual(['2']);
  const list = await run(`${NS_ADMIN}#get-disabled-users-list`, { max_items: '25' });
  expect(field(list, 'disableduserjids')).toEqual(both.accountjids);
  expect(note(await run(`${NS_ADMIN}#reenable-user`, { accountjids: 'ann@localhost' }))).toBe('info: 1 enabled');
  expect(note(await run(`${NS_ADMIN}#reenable-user`, both))).toMatch(
    /^error: 1 enabled; ann@localhost is not disabled/,
  );
  const login = await run(`${NS_ADMIN}#get-user-lastlogin`, { accountjid: 'bob@localhost' });
  expect(note(login)).toBe('info: bob@localhost was never seen');
});

test('the list of administrators, and lists of those with whom there is no communication', async () => {
  await run(`${NS_ADMIN}#add-user`, { accountjid: 'ann@localhost', password: 'x', 'password-verify': 'x' });
  const asked = (await command(boss, `${NS_ADMIN}#edit-admin`)).child('command', NS_COMMANDS);
  expect(asked && field(asked, 'adminjids')).toEqual(['boss@localhost', 'chief@localhost']);
  await run(`${NS_ADMIN}#edit-admin`, { adminjids: ['boss@localhost', 'ann@localhost'] });
  const ann = await world.available('ann@localhost/a');
  expect(await listed(ann)).toContain(`${NS_ADMIN}#add-user`);
  await run(`${NS_ADMIN}#edit-admin`, { adminjids: 'boss@localhost' });
  expect(ann.closed).toHaveLength(1);

  const bob = await world.available('bob@localhost/b');
  const eve = await world.available('eve@other/e');
  const exchange = async (): Promise<unknown[]> => {
    bob.send('<message id="1" to="eve@other/e"><body>one</body></message>');
    eve.send('<message id="2" to="bob@localhost/b"><body>two</body></message>');
    await settled();
    return [eve.take(), bob.take()].map((got) => got.map((it) => it.attr('type') ?? it.childText('body')));
  };
  expect(await exchange()).toEqual([['one'], ['two']]);
  await run(`${NS_ADMIN}#edit-blacklist`, { blacklistjids: 'eve@other' });
  expect(await exchange()).toEqual([['error'], ['error']]);
  await run(`${NS_ADMIN}#edit-blacklist`, {});
  await run(`${NS_ADMIN}#edit-whitelist`, { whitelistjids: 'friends.example' });
  expect(await exchange()).toEqual([['error'], ['error']]);
  await run(`${NS_ADMIN}#edit-whitelist`, { whitelistjids: ['friends.example', 'other'] });
  expect(await exchange()).toEqual([['one'], ['two']]);
});

test('announcements, message of the day, welcome', async () => {
  const ann = await world.available('ann@localhost/a');
  const heard = async (client: TestClient): Promise<(string | undefined)[]> => {
    await settled();
    return client.take().flatMap((it) => (it.name === 'message' ? [it.childText('body')] : []));
  };
  await run(`${NS_ADMIN}#announce`, { announcement: ['Down', 'tonight'] });
  expect(await heard(ann)).toEqual(['Down\ntonight']);
  await run(`${NS_ADMIN}#set-motd`, { motd: 'Hello' });
  expect(await heard(ann)).toEqual(['Hello']);
  ann.send('<presence/>');
  expect(await heard(ann)).toEqual([]);
  const later = await world.client('bob@localhost/b');
  later.send('<presence/>');
  expect(await heard(later)).toEqual(['Hello']);
  const again = await world.client('bob@localhost/c');
  again.send('<presence/>');
  expect(await heard(again)).toEqual([]);
  const edit = (await command(boss, `${NS_ADMIN}#edit-motd`)).child('command', NS_COMMANDS);
  expect(edit && field(edit, 'motd')).toEqual(['Hello']);
  await run(`${NS_ADMIN}#delete-motd`);
  expect(note(await run(`${NS_ADMIN}#delete-motd`))).toBe('error: There is no message of the day');
  await run(`${NS_ADMIN}#set-welcome`, { welcome: 'Hi $username of $host' });
  const dora = await world.available('dora@localhost/d');
  await run(`${NS_ADMIN}#add-user`, { accountjid: 'dora@localhost', password: 'x', 'password-verify': 'x' });
  expect(await heard(dora)).toEqual(['Hi dora of localhost']);
});

test('modules and hosts', async () => {
  expect(note(await run(nodeOf('module.load'), { module: 'ping' }))).toBe('info: Done');
  expect(note(await run(nodeOf('module.load'), { module: 'ping' }))).toBe('error: ping is loaded already');
  expect(field(await run(nodeOf('module.info'), { module: 'ping' }), 'xeps')).toEqual(['XEP-0199 2.0.1']);
  expect(note(await run(nodeOf('module.reload'), { module: 'ping' }))).toBe('info: Done');
  expect(note(await run(nodeOf('module.unload'), { module: 'ping' }))).toBe('info: Done');
  expect(note(await run(nodeOf('module.unload'), { module: 'admin_operations' }))).toMatch(/^error: Without/);
  expect(note(await run(nodeOf('module.unload'), { module: 'auth_internal_hashed' }))).toMatch(/needs auth_internal/);
  await run(nodeOf('host.deactivate'), { domain: 'other' });
  expect([...world.server.hosts.keys()]).toEqual(['localhost']);
  expect(note(await run(nodeOf('host.deactivate'), { domain: 'localhost' }))).toMatch(/^error: A host cannot/);
  await run(nodeOf('host.activate'), { domain: 'OTHER' });
  expect([...world.server.hosts.keys()]).toEqual(['localhost', 'other']);
  expect(note(await run(nodeOf('host.activate'), { domain: 'other' }))).toBe('error: other was not deactivated');
  expect(note(await run(`${NS_ADMIN}#shutdown`, { delay: '0' }))).toBe('error: Nothing runs that could do that');
});

test('reload and unload leave nothing behind', async () => {
  const before = (await listed(boss)).length;
  await world.host().modules.reload('admin_adhoc');
  expect((await listed(boss)).length).toBe(before);
  await world.host().modules.unload('admin_adhoc');
  expect(await listed(boss)).toEqual([]);
});
