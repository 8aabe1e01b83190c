import { afterEach, describe, expect, test } from 'vitest';
import { World } from '../../../test/support/world.ts';
import { header, RecordedClient } from '../../../test/support/stream/recorder.ts';
import { plainAuth } from '../../../test/support/stream/login.ts';
import { Auth, type AuthProvider } from '../../host/auth.ts';
import { Jid } from '../../jid/jid.ts';
import { el } from '../../xml/element.ts';
import definition from './register-ibr.ts';

const NS = 'jabber:iq:register';
const FEATURE = "<register xmlns='http://jabber.org/features/iq-register'/>";
let world: World;

afterEach(() => world.stop());

async function start(options: Record<string, unknown> = { allow_registration: true }): Promise<void> {
  const modules = ['c2s', 'saslauth', 'auth_internal_hashed', 'register_ibr'];
  world = await World.start({
    modules: [definition],
    hosts: [{ modules, options: { default_iteration_count: 4096, c2s_ports: [], ...options } }],
  });
}

const auth = (): AuthProvider => world.host().services.find(Auth) ?? expect.fail('no accounts');

/** A stream that has its features, which are returned too. */
async function open(secure = true): Promise<{ client: RecordedClient; features: string }> {
  const clients = world.host().clients ?? expect.fail('no clients');
  const client = new RecordedClient([clients], {}, secure);
  return { client, features: await client.send(header('localhost')) };
}

const register = (content: string, attributes = "type='set' id='1'"): string =>
  `<iq ${attributes}><query xmlns='${NS}'>${content}</query></iq>`;
const fields = (username: string, password: string): string =>
  `<username>${username}</username><password>${password}</password>`;
const condition = (answer: string): string | undefined => /<error[^>]*><([a-z-]+) /.exec(answer)?.[1];

test('a stranger is told what is needed, makes an account, and logs in with it on the same stream', async () => {
  await start();
  const { client, features } = await open();
  expect(features).toContain(FEATURE);
  const asked = await client.send(register('', "type='get' id='g' to='localhost' from='x@y'"));
  expect(asked).toMatch(/^<iq type='result' id='g' from='localhost'>.*<username\/><password\/>.*type='form'/);
  expect(await client.send(register(fields('Älice', 'secret')))).toBe("<iq type='result' id='1'/>");
  expect(await auth().exists('älice')).toBe(true);
  expect(await client.send(plainAuth('älice', 'secret'))).toContain('<success');
  expect(await client.send(header('localhost'))).not.toContain(FEATURE);
});

test('an account that is made so gets its own role', async () => {
  const modules = ['c2s', 'saslauth', 'auth_internal_hashed', 'authz_internal', 'register_ibr'];
  const options = { allow_registration: true, register_ibr_default_role: 'prosody:guest', c2s_ports: [] };
  world = await World.start({ modules: [definition], hosts: [{ modules, options }] });
  const { client } = await open();
  expect(await client.send(register(fields('bob', 'secret')))).toBe("<iq type='result' id='1'/>");
  const bob = Jid.parse('bob@localhost') ?? expect.fail();
  expect(await world.host().permissions.rightsOf(bob)).toMatchObject({ name: 'prosody:guest' });
});

test('the form can be filled in instead', async () => {
  await start();
  const { client } = await open();
  const field = (name: string, value: string): string => `<field var='${name}'><value>${value}</value></field>`;
  const form = `<x xmlns='jabber:x:data' type='submit'>${field('FORM_TYPE', NS)}${field('username', 'bob')}${field('password', 'pw')}</x>`;
  expect(await client.send(register(form))).toBe("<iq type='result' id='1'/>");
  expect(await auth().checkPassword('bob', 'pw')).toBe(true);
});

describe('S87: what is refused', () => {
  test('who was not invited, where invitations are asked for', async () => {
    await start({ allow_registration: true, registration_invite_only: true });
    const { client, features } = await open();
    expect(features).not.toContain(FEATURE);
    expect(condition(await client.send(register(fields('a', 'pw'))))).toBe('service-unavailable');
  });

  test.each([
    ['<username>a</username>', 'not-acceptable'],
    ['<password>a</password>', 'not-acceptable'],
    [fields('', 'pw'), 'not-acceptable'],
    [fields('a', ''), 'not-acceptable'],
    [fields('a@b', 'pw'), 'not-acceptable'],
    [fields('a b', 'pw'), 'not-acceptable'],
    [fields('a', 'x'.repeat(1024)), 'not-acceptable'],
    ['<remove/>', 'unexpected-request'],
  ])('%j with %s', async (content, error) => {
    await start();
    const { client } = await open();
    expect(condition(await client.send(register(content)))).toBe(error);
    expect((await Array.fromAsync(auth().usernames())).length).toBe(0);
  });

  test('a name that is taken keeps its password, however it is written and however many ask at once', async () => {
    await start();
    const unit = world.server.storage.unit();
    await auth().create(unit, 'alice', 'right');
    await unit.submit()?.settled();
    for (const name of ['alice', 'ALICE', 'ａlice']) {
      const { client } = await open();
      expect(condition(await client.send(register(fields(name, 'stolen'))))).toBe('conflict');
    }
    expect(await auth().checkPassword('alice', 'right')).toBe(true);
    const streams = [(await open()).client, (await open()).client];
    const answers = await Promise.all(streams.map((client, i) => client.send(register(fields('bob', `p${i}`)))));
    expect(answers.map(condition).filter((error) => error === 'conflict').length).toBe(1);
    expect(await auth().checkPassword('bob', condition(answers[0] ?? '') === undefined ? 'p0' : 'p1')).toBe(true);
  });

  // covers: 0077-3.1.1-many
  test('a second account over one stream, and attempts without end', async () => {
    await start({ allow_registration: true, registration_throttle_max: 100 });
    const { client } = await open();
    await client.send(register(fields('one', 'pw')));
    for (let i = 0; i < 4; i++)
      expect(condition(await client.send(register(fields('two', 'pw'))))).toBe('not-acceptable');
    expect(await client.send(register(fields('two', 'pw')))).toContain('<stream:error>');
    expect(await auth().exists('two')).toBe(false);
  });

  test('more attempts than one network may make, also of those that fail', async () => {
    await start({ allow_registration: true, registration_throttle_max: 3 });
    const answers: (string | undefined)[] = [];
    for (const name of ['a', 'a', 'b', 'c']) {
      const { client } = await open();
      answers.push(condition(await client.send(register(fields(name, 'pw')))));
    }
    expect(answers).toEqual([undefined, 'conflict', undefined, 'resource-constraint']);
    await world.host().modules.reload('register_ibr');
    expect(condition(await (await open()).client.send(register(fields('d', 'pw'))))).toBe('resource-constraint');
  });

  test('everything while the connection is in clear, unless that is allowed', async () => {
    await start();
    const starttls = el('starttls', 'urn:ietf:params:xml:ns:xmpp-tls');
    world.host().addStreamFeature({ offer: () => starttls, takes: () => false, handle: () => undefined });
    const { client, features } = await open(false);
    expect(features).not.toContain(FEATURE);
    for (const request of [register(fields('a', 'pw')), register('', "type='get' id='1'")]) {
      expect(condition(await client.send(request))).toBe('not-allowed');
    }
    await world.stop();
    await start({ allow_registration: true, c2s_require_encryption: false });
    const other = await open(false);
    expect(other.features).toContain(FEATURE);
    expect(condition(await other.client.send(register(fields('a', 'pw'))))).toBe(undefined);
  });

  test('everything while registration is not allowed, which is how it comes', async () => {
    await start({});
    const { client, features } = await open();
    expect(features).not.toContain(FEATURE);
    expect(condition(await client.send(register(fields('a', 'pw'))))).toBe('service-unavailable');
    expect(condition(await client.send(register('', "type='get' id='1'")))).toBe('service-unavailable');
    expect(await auth().exists('a')).toBe(false);
  });

  test('requests for another host end the stream', async () => {
    await start();
    const { client } = await open();
    expect(await client.send(register(fields('a', 'pw'), "type='set' id='1' to='other.test'"))).toContain(
      'not-authorized',
    );
  });
});

test('loads, reloads and unloads without a trace', async () => {
  await start();
  const { modules, disco } = world.host();
  const count = (): number => world.host().streamFeatures.length;
  const loaded = count();
  const { ver } = disco;
  await modules.reload('register_ibr');
  expect([count(), disco.ver]).toEqual([loaded, ver]);
  await modules.unload('register_ibr');
  expect(count()).toBe(loaded - 1);
  expect(disco.ver).not.toBe(ver);
});
