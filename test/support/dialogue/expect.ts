/** What a dialogue expects of the server, one function an expectation. All throw `Unmet`. */
import { NothingCame, type ClientEvent } from '../xclient.ts';
import type { Actor } from './actor.ts';
import { matchElement } from './match.ts';
import type { Pattern } from './pattern.ts';
import { printPattern } from './print-pattern.ts';
import { printXml } from './print-xml.ts';
import type { Scope } from './scope.ts';
import { Unmet } from './unmet.ts';
import { childElements } from './xml-node.ts';

const NS_STREAM = 'http://etherx.jabber.org/streams';
const NS_STREAM_ERRORS = 'urn:ietf:params:xml:ns:xmpp-streams';

/** The next elements are these, in this order or in any. */
export async function expectElements(
  actor: Actor,
  patterns: readonly Pattern[],
  anyOrder: boolean,
  scope: Scope,
): Promise<void> {
  const left = [...patterns];
  while (left.length > 0) {
    const wanted = anyOrder ? left : left.slice(0, 1);
    const expected = wanted.map((pattern) => printPattern(pattern, scope, '  ')).join('\n');
    const event = await nextEvent(actor, expected);
    if (event.kind !== 'element') throw unmet(expected, show(event));
    const outcomes = wanted.map((pattern) => matchElement(pattern, event.node, scope, scope.captures));
    const hit = outcomes.findIndex((outcome) => 'captures' in outcome);
    const outcome = outcomes[Math.max(hit, 0)];
    if (outcome === undefined || !('captures' in outcome)) {
      const why = outcome !== undefined && wanted.length === 1 ? `\n\n${outcome.difference}` : '';
      throw unmet(expected, `${show(event)}${why}`);
    }
    scope.commit(outcome.captures);
    left.splice(hit, 1);
  }
}

/** The next is the header of a stream. */
export async function expectHeader(actor: Actor, pattern: Pattern, scope: Scope): Promise<void> {
  const expected = printPattern(pattern, scope, '  ');
  const event = await nextEvent(actor, expected);
  if (event.kind !== 'header') throw unmet(expected, show(event));
  const outcome = matchElement(pattern, event.node, scope, scope.captures);
  if (!('captures' in outcome)) throw unmet(expected, `${show(event)}\n\n${outcome.difference}`);
  scope.commit(outcome.captures);
}

/** A stream error with one of these conditions, the end of the stream, and, once we have closed ours, of the connection (RFC 6120 §4.9.1.1). */
export async function expectError(actor: Actor, conditions: readonly string[]): Promise<void> {
  const expected = `  stream error <${conditions.join('/> or <')}/>`;
  const event = await nextEvent(actor, expected);
  if (event.kind !== 'element') throw unmet(expected, show(event));
  const [found, ...rest] = childElements(event.node);
  const isError = event.node.name === 'error' && event.node.ns === NS_STREAM;
  if (!isError || found?.ns !== NS_STREAM_ERRORS || !conditions.includes(found.name))
    throw unmet(expected, show(event));
  if (rest.some(({ ns, name }) => ns === NS_STREAM_ERRORS && name !== 'text')) throw unmet(expected, show(event));
  await expectEnd(actor);
  actor.client.send('</stream:stream>');
  await expectDisconnect(actor);
}

/** The stream ends. */
export async function expectEnd(actor: Actor): Promise<void> {
  const event = await nextEvent(actor, '  </stream:stream>');
  if (event.kind !== 'end') throw unmet('  </stream:stream>', show(event));
}

/** The connection ends, and nothing comes before that. */
export async function expectDisconnect(actor: Actor): Promise<void> {
  const event = await nextEvent(actor, '  the end of the connection');
  if (event.kind !== 'closed') throw unmet('  the end of the connection', show(event));
}

/** Nothing is there that was not read. */
export function expectNothing({ name, client }: Actor): void {
  const [event] = client.unread;
  if (event !== undefined) throw unmet(`  nothing for ${name}`, show(event));
}

async function nextEvent(actor: Actor, expected: string): Promise<ClientEvent> {
  try {
    return await actor.client.next();
  } catch (error) {
    throw error instanceof NothingCame ? unmet(expected, `  ${error.message}`) : error;
  }
}

function unmet(expected: string, got: string): Unmet {
  return new Unmet(`expected:\n${shortened(expected)}\ngot:\n${shortened(got)}`);
}

/** Longest piece of XML that is shown whole. */
const SHOWN = 4_000;

function shortened(text: string): string {
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}… (${text.length} characters)`;
}

function show(event: ClientEvent): string {
  switch (event.kind) {
    case 'element':
      return printXml(event.node, '  ');
    case 'header':
      return `  a stream header: ${printXml(event.node)}`;
    case 'end':
      return '  the end of the stream';
    case 'malformed':
      return `  something that is not XML: ${event.problem}`;
    case 'closed':
      return `  the end of the connection (${event.how})`;
  }
}
