import { afterEach, beforeEach, expect, test } from 'vitest';
import { ROUTING, World, settled, type TestClient } from '../../../test/support/world.ts';
import { defineModule } from '../../host/module.ts';
import { StanzaError } from '../../stanza/errors.ts';
import { z } from 'zod';
import type { Element } from '../../xml/element.ts';
import { NS_COMMANDS } from './protocol.ts';
import { AdhocCommands, type AdhocCommand } from './service.ts';

const NODE = 'urn:example:order';
let now = 0;
let orders: string[] = [];

const dish = { formType: NODE, fields: [{ var: 'dish', type: 'text-single', required: true }] } as const;
const wine = { formType: NODE, fields: [{ var: 'wine', type: 'boolean' }] } as const;

const order: AdhocCommand = {
  node: NODE,
  name: 'Order',
  mayRun: (who) => who.local !== 'eve',
  start: () => ({
    form: dish,
    more: true,
    submit: (first) => ({
      form: wine,
      submit: (second) => {
        const what = first.text('dish') ?? '';
        if (what === 'sold out') throw new StanzaError('conflict', 'Sold out');
        if (what === 'poison') throw new StanzaError('not-acceptable', 'Not that');
        orders.push(`${what} ${second.flag('wine') === true ? 'with' : 'without'} wine`);
        return { note: { type: 'info', text: 'Coming' } };
      },
    }),
  }),
};

const restaurant = defineModule({
  name: 'restaurant',
  summary: 'Orders',
  xeps: [],
  scope: 'host',
  options: z.object({}),
  setup(m) {
    m.contribute(AdhocCommands, { commands: () => [order], find: (node) => (node === NODE ? order : undefined) });
  },
});

let world: World;
let ann: TestClient;

beforeEach(async () => {
  now = 1_000_000;
  orders = [];
  world = await World.start({
    hosts: [{ modules: [...ROUTING, 'disco', 'adhoc', 'restaurant'] }],
    modules: [restaurant],
    now: () => now,
  });
  ann = await world.client('ann@localhost/desk');
});

afterEach(() => world.stop());

async function ask(client: TestClient, xml: string): Promise<Element> {
  client.send(xml);
  await settled();
  const [answer] = client.take();
  if (answer === undefined) throw new Error('no answer');
  return answer;
}

async function command(client: TestClient, attributes: string, form = ''): Promise<Element> {
  return ask(
    client,
    `<iq id="1" type="set" to="localhost"><command xmlns="${NS_COMMANDS}" ${attributes}>${form}</command></iq>`,
  );
}

const filled = (name: string, value: string, type = 'submit'): string =>
  `<x xmlns="jabber:x:data" type="${type}"><field var="FORM_TYPE"><value>${NODE}</value></field><field var="${name}"><value>${value}</value></field></x>`;

function says(answer: Element): string {
  const error = answer.child('error');
  if (error !== undefined) {
    return error
      .elements()
      .map(({ name }) => name)
      .filter((name) => name !== 'text')
      .join(' ');
  }
  const found = answer.child('command', NS_COMMANDS);
  const actions = found?.child('actions');
  const field = found
    ?.child('x', 'jabber:x:data')
    ?.elements('field')
    .map((it) => it.attr('var'))
    .filter((name) => name !== 'FORM_TYPE');
  const note = found?.child('note');
  return [
    found?.attr('status'),
    field?.join(),
    actions &&
      `${actions.attr('execute')}: ${actions
        .elements()
        .map(({ name }) => name)
        .join()}`,
    note && `${note.attr('type')}: ${note.text()}`,
  ]
    .filter((part) => part !== undefined)
    .join(' | ');
}

async function begun(client = ann): Promise<string> {
  const answer = await command(client, `node="${NODE}"`);
  expect(says(answer)).toBe('executing | dish | next: next');
  return `node="${NODE}" sessionid="${answer.child('command', NS_COMMANDS)?.attr('sessionid') ?? ''}"`;
}

test('two forms, back and forth, and done', async () => {
  const session = await begun();
  expect(says(await command(ann, session, filled('dish', 'pie')))).toBe('executing | wine | complete: prev,complete');
  expect(says(await command(ann, `${session} action="prev"`))).toBe('executing | dish | next: next');
  expect(says(await command(ann, `${session} action="prev"`))).toBe('bad-request bad-action');
  await command(ann, `${session} action="next"`, filled('dish', 'soup'));
  expect(says(await command(ann, `${session} action="complete"`, filled('wine', '1', 'cancel')))).toBe(
    'completed | info: Coming',
  );
  expect(orders).toEqual(['soup with wine']);
  expect(says(await command(ann, session, filled('wine', '1')))).toBe('bad-request bad-sessionid');
});

test('what was canceled is over', async () => {
  const session = await begun();
  expect(says(await command(ann, `${session} action="cancel"`))).toBe('canceled');
  expect(says(await command(ann, session, filled('dish', 'pie')))).toBe('bad-request bad-sessionid');
});

test('S86: no stage is left out, and no action is taken that was not offered', async () => {
  const session = await begun();
  expect(says(await command(ann, `${session} action="complete"`, filled('wine', '1')))).toBe('bad-request bad-action');
  expect(says(await command(ann, session, filled('wine', '1')))).toBe('bad-request bad-payload');
  expect(says(await command(ann, session))).toBe('bad-request bad-payload');
  await command(ann, session, filled('dish', 'pie'));
  expect(says(await command(ann, `${session} action="next"`, filled('wine', '1')))).toBe('bad-request bad-action');
  expect(says(await command(ann, `${session} action="explode"`))).toBe('bad-request malformed-action');
  expect(says(await command(ann, `node="${NODE}" action="complete"`, filled('dish', 'pie')))).toBe(
    'bad-request bad-action',
  );
  expect(orders).toEqual([]);
});

test('S86: a session is for the full JID that began it, its node, and a quarter of an hour', async () => {
  const session = await begun();
  for (const other of ['ann@localhost/phone', 'bob@localhost/desk']) {
    const client = await world.client(other);
    expect(says(await command(client, `${session} action="cancel"`))).toBe('bad-request bad-sessionid');
  }
  expect(says(await command(ann, session.replace(NODE, 'urn:example:other')))).toBe('item-not-found');
  now += 16 * 60 * 1_000_000;
  expect(says(await command(ann, session, filled('dish', 'pie')))).toBe('not-allowed session-expired');
  const another = await begun();
  ann.end();
  await settled();
  ann = await world.client('ann@localhost/desk');
  expect(says(await command(ann, another, filled('dish', 'pie')))).toBe('bad-request bad-sessionid');
});

test('an account has sixteen sessions; the oldest gives way', async () => {
  const first = await begun();
  for (let more = 0; more < 15; more++) await begun();
  expect(says(await command(ann, `${first} action="prev"`))).toBe('bad-request bad-action');
  await begun();
  expect(says(await command(ann, `${first} action="prev"`))).toBe('bad-request bad-sessionid');
});

test('what fails is completed with an error; what was filled in wrongly may be corrected', async () => {
  const session = await begun();
  await command(ann, session, filled('dish', 'poison'));
  expect(says(await command(ann, session, filled('wine', '0')))).toBe('bad-request bad-payload');
  await command(ann, `${session} action="prev"`);
  await command(ann, session, filled('dish', 'sold out'));
  expect(says(await command(ann, session, filled('wine', '0')))).toBe('completed | error: Sold out');
});

test('S86: who may not run a command neither sees it nor runs it', async () => {
  const eve = await world.client('eve@localhost/x');
  const get = (kind: string, node: string): string =>
    `<iq id="2" type="get" to="localhost"><query xmlns="http://jabber.org/protocol/disco#${kind}" node="${node}"/></iq>`;
  const names = async (client: TestClient, xml: string): Promise<unknown> =>
    (await ask(client, xml))
      .elements()
      .flatMap((it) => it.elements())
      .map((it) => it.attr('node') ?? it.attr('type') ?? it.name);
  expect(await names(ann, get('items', NS_COMMANDS))).toContain(NODE);
  expect(await names(eve, get('items', NS_COMMANDS))).not.toContain(NODE);
  expect(await names(ann, get('info', NODE))).toContain('command-node');
  expect(says(await ask(eve, get('info', NODE)))).toContain('forbidden');
  expect(await names(ann, get('info', NS_COMMANDS))).toContain('command-list');
  expect(says(await ask(ann, get('info', 'nothing')))).toContain('item-not-found');
  expect(says(await command(eve, `node="${NODE}"`))).toBe('forbidden');
  expect(says(await command(ann, 'node="nothing"'))).toBe('item-not-found');
});

test('a session survives a reload', async () => {
  const session = await begun();
  await world.host().modules.reload('adhoc');
  expect(says(await command(ann, session, filled('dish', 'pie')))).toBe('executing | wine | complete: prev,complete');
});
