import { afterEach, expect, test } from 'vitest';
import { bind, plainAuth } from '../../../test/support/stream/login.ts';
import { header, RecordedClient } from '../../../test/support/stream/recorder.ts';
import { settled, World } from '../../../test/support/world.ts';
import { Auth, type AuthProvider } from '../../host/auth.ts';
import { detailFields } from './details.ts';
import definition from './register-ibr.ts';
import { Registrations } from './service.ts';

const NS = 'jabber:iq:register';
const ALICE = '<username>alice</username><password>pw</password>';
const NOW = 1_700_000_000_123_456;
let world: World;

afterEach(() => world.stop());

async function start(additional_registration_fields: unknown): Promise<void> {
  const modules = [
    ...['message', 'iq', 'presence', 'c2s', 'saslauth', 'auth_internal_plain'],
    ...['register_ibr', 'user_account_management', 'admin_operations'],
  ];
  const options = { c2s_ports: [], allow_registration: true, additional_registration_fields };
  world = await World.start({ modules: [definition], hosts: [{ modules, options }], now: () => NOW });
}

async function open(): Promise<RecordedClient> {
  const client = new RecordedClient([world.host().clients ?? expect.fail('no clients')], {}, true);
  await client.send(header('localhost'));
  return client;
}

const auth = (): AuthProvider => world.host().services.find(Auth) ?? expect.fail('no accounts');
const kept = (name: string): unknown => world.host().services.find(Registrations)?.of(`${name}@localhost`);
const query = (content: string, type = 'set'): string =>
  `<iq type='${type}' id='1'><query xmlns='${NS}'>${content}</query></iq>`;
const ask = async (content: string): Promise<string> => (await open()).send(query(content));
const form = (values: Record<string, string>): string =>
  `<x xmlns='jabber:x:data' type='submit'>${Object.entries({ FORM_TYPE: NS, ...values })
    .map(([name, value]) => `<field var='${name}'><value>${value}</value></field>`)
    .join('')}</x>`;
const OK = "<iq type='result' id='1'/>";

test('what the operator wants to know is asked for, as fields and in the form', async () => {
  await start(['email+', 'nick']);
  const asked = await (await open()).send(query('', 'get'));
  expect(asked).toContain('<password/><email/><nick/>');
  expect(asked).toMatch(/<field [^>]*var='email'[^>]*label='Email'[^>]*><required\/><\/field><field [^>]*var='nick'/);
});

test('it is kept with the account, is shown to the user and the operator, and goes with the account', async () => {
  await start(['email+', 'nick', 'city']);
  const client = await open();
  expect(await client.send(query(`${ALICE}<email> a@b.c </email><nick/><phone>1</phone>`))).toBe(OK);
  expect(await kept('alice')).toEqual({ when: NOW, fields: { email: 'a@b.c' } });
  expect(await ask(form({ username: 'bob', password: 'pw', email: 'b@b.c', city: 'Bonn' }))).toBe(OK);
  expect(await kept('bob')).toEqual({ when: NOW, fields: { email: 'b@b.c', city: 'Bonn' } });

  await client.send(plainAuth('alice', 'pw'));
  await client.send(header('localhost'));
  await client.send(bind('r'));
  await client.send(query('', 'get'));
  await expect.poll(() => client.written).toContain('<username>alice</username><password/><email>a@b.c</email>');
  const context = { who: undefined, face: 'call', signal: AbortSignal.any([]), progress: () => undefined } as const;
  const shown = world.host().operations.run('user.registration', { jid: 'alice@localhost' }, context);
  expect(await shown).toEqual({ registered: '2023-11-14T22:13:20.123456Z', email: 'a@b.c' });

  const unit = world.server.storage.unit();
  await auth().delete(unit, 'alice');
  await unit.submit()?.settled();
  await settled();
  expect(await kept('alice')).toBeUndefined();
});

test('who leaves out what is required, or writes a book, gets no account', async () => {
  await start(['email+', 'nick']);
  const refused = [
    ALICE,
    `${ALICE}<email> </email>`,
    form({ username: 'alice', password: 'pw', nick: 'x' }),
    form({ username: 'alice', password: 'pw', email: '  ' }),
    `${ALICE}<email>a@b.c</email><nick>${'x'.repeat(1025)}</nick>`,
  ];
  for (const content of refused) expect(await ask(content)).toContain('<not-acceptable ');
  expect([await auth().exists('alice'), await kept('alice')]).toEqual([false, undefined]);
});

test('S87: somebody who wants a name that is taken changes nothing of its owner', async () => {
  await start(['email']);
  expect(await ask(`${ALICE}<email>a@b.c</email>`)).toBe(OK);
  expect(await ask(`${ALICE}<email>evil@b.c</email>`)).toContain('<conflict ');
  expect(await kept('alice')).toEqual({ when: NOW, fields: { email: 'a@b.c' } });
});

test('a field counts once, and is required where one entry says so; unknown ones are refused', async () => {
  const fields = detailFields(['nick', 'email', 'email+', 'email']);
  expect(fields.map(({ var: name, required }) => [name, required])).toEqual([
    ['nick', false],
    ['email', true],
  ]);
  await expect(start(['shoe-size'])).rejects.toThrow('additional_registration_fields');
  await start([]);
});
