/** `docs/events.md`: the events of hosts and modules, and what their handlers get. */
import { posix } from 'node:path';
import {
  augmentationsIn,
  declarationIn,
  importOf,
  type Declaration,
  type Member,
  type Source,
} from './declarations.ts';
import { code, notice, table } from './markdown.ts';

const EVENTS = 'src/host/events.ts';

/** One event. */
export interface DocumentedEvent extends Member {
  /** What handlers get, where it is an interface or a class of its own. */
  readonly payload: Declaration | undefined;
}

/**
 * The events that the sources declare, those of the host first.
 * @param sources all files of `src`, by path
 * @throws {Error} where a declaration cannot be read
 */
export function documentedEvents(sources: ReadonlyMap<string, Source>): DocumentedEvent[] {
  const host = sources.get(EVENTS);
  const core = host === undefined ? undefined : declarationIn(host, 'CoreEvents');
  if (host === undefined || core === undefined) throw new Error(`${EVENTS} declares no CoreEvents`);
  const ofModules = [...sources.values()].flatMap((source) =>
    augmentationsIn(source, 'HostEvents').flatMap(({ members }) => members.map((event) => ({ source, event }))),
  );
  return [...core.members.map((event) => ({ source: host, event })), ...ofModules].map(({ source, event }) => ({
    ...event,
    payload: declared(source, event.type, sources),
  }));
}

/** The page. */
export function eventsPage(sources: ReadonlyMap<string, Source>): string {
  const events = documentedEvents(sources);
  const payloads = new Map<string, Declaration>();
  for (const { payload } of events) if (payload !== undefined) payloads.set(payload.name, payload);
  for (const { bases, path } of payloads.values()) {
    for (const name of bases) {
      const base = declared(sourceOf(sources, path), name, sources);
      if (base !== undefined) payloads.set(name, base); // and so its own bases
    }
  }
  const link = (name: string): string => (payloads.has(name) ? `[${code(name)}](#${name.toLowerCase()})` : code(name));
  const rows = events.map(({ name, type, doc, payload }) => [
    code(name),
    link(type),
    doc === '' ? (payload?.doc ?? '') : doc,
  ]);
  const sections = [...payloads.values()]
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((each) => section(each, link));
  return `${notice('the declarations in src')}
# Events

A module handles an event with \`m.on(name, phase, handler)\` and raises one of its own with \`m.emit(name, payload)\`.
The phases run in this order: \`access\` may refuse (throw a \`StanzaError\`) or drop, \`transform\` may replace what the
event carries, \`store\` writes, \`copy\` makes further stanzas, \`observe\` only looks.

${table(['Event', 'Payload', 'When'], rows)}
## Payloads

${sections.join('\n')}`;
}

function section({ name, path, doc, bases, members }: Declaration, link: (name: string) => string): string {
  const rest = bases.length === 0 ? '' : ` All of ${bases.map(link).join(' and ')}, and:`;
  const rows = members.map((each) => [code(each.name), code(each.type), each.doc]);
  return `### ${name}\n\nIn ${code(path)}: ${doc}${rest}\n\n${table(['Member', 'Type', 'Meaning'], rows)}`;
}

/** The interface or class that a file means by a type; `undefined` where the type is none, or not of ours. */
function declared(source: Source, type: string, sources: ReadonlyMap<string, Source>): Declaration | undefined {
  if (!/^\w+$/.test(type)) return undefined;
  const here = declarationIn(source, type);
  if (here !== undefined) return here;
  const from = importOf(source, type);
  const path = from === undefined ? undefined : posix.join(posix.dirname(source.path), from);
  const there = path === undefined ? undefined : sources.get(path);
  return there === undefined ? undefined : declarationIn(there, type);
}

function sourceOf(sources: ReadonlyMap<string, Source>, path: string): Source {
  const source = sources.get(path);
  if (source === undefined) throw new Error(`no source ${path}`);
  return source;
}
