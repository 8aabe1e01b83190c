/** A world whose clients have rosters, and short ways to say what happens between them. One for each test. */
import { expect } from 'vitest';
import type { ModuleDefinition } from '../../src/host/module.ts';
import { Roster, type RosterItem } from '../../src/modules/roster/service.ts';
import type { Element } from '../../src/xml/element.ts';
import { settled, World, type TestClient } from './world.ts';

export const NS_ROSTER = 'jabber:iq:roster';
export const ALICE = 'alice@localhost';
export const BOB = 'bob@localhost';
const MODULES = ['message', 'iq', 'presence', 'roster'];
let current: World | undefined;

/** Start it, with these options and modules besides the usual ones. */
export async function start(
  options: Readonly<Record<string, unknown>> = {},
  modules: readonly ModuleDefinition[] = [],
): Promise<void> {
  const names = [...MODULES, ...modules.map(({ name }) => name)];
  current = await World.start({ modules, hosts: [{ modules: names, options }] });
}

/** For `afterEach`. */
export async function stop(): Promise<void> {
  await current?.stop();
  current = undefined;
}

/** The world that was started. */
export function world(): World {
  return current ?? expect.fail('not started');
}

/** An available client that asked for its roster. */
export async function online(address: string): Promise<TestClient> {
  const client = await world().client(address);
  client.send(`<iq type="get" id="g"><query xmlns="${NS_ROSTER}"/></iq>`);
  client.send('<presence/>');
  await settled();
  client.take();
  return client;
}

/** Send a stanza and wait for what comes of it. */
export async function send(client: TestClient, xml: string): Promise<void> {
  client.send(xml);
  await settled();
}

/** Presence of that type. */
export const presence = (type: string, to: string): string => `<presence type="${type}" to="${to}"/>`;

/** The service. */
export function roster(): Roster {
  return world().host().services.find(Roster) ?? expect.fail('no roster');
}

/** What is stored of a contact. */
export async function itemOf(user: string, contact: string): Promise<RosterItem | undefined> {
  const items = await roster().items(user);
  return items.get(contact);
}

/** Put an item into a roster without telling anybody. */
export async function put(user: string, contact: string, item: Partial<RosterItem>): Promise<void> {
  const unit = world().server.storage.unit();
  const plain: RosterItem = {
    listed: true,
    name: undefined,
    groups: [],
    subscription: 'none',
    ask: false,
    approved: false,
    request: undefined,
  };
  roster().change(unit, user, contact, () => ({ ...plain, ...item }));
  await unit.submit()?.settled();
  await settled();
}

/** Stanzas in short: `type from` for presence, the item for pushes. */
export function short(stanzas: readonly Element[]): string[] {
  return stanzas.map((stanza) => {
    const item = stanza.child('query', NS_ROSTER)?.elements()[0];
    if (item === undefined) return `${stanza.attr('type') ?? 'available'} ${stanza.attr('from') ?? ''}`;
    const flags = [item.attr('subscription'), item.attr('ask') && 'ask', item.attr('approved') && 'approved'];
    return `push ${item.attr('jid') ?? ''} ${flags.filter(Boolean).join('+')}`;
  });
}
