import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { World } from '../../test/support/world.ts';
import { sourceFiles } from '../source-files.ts';
import type { Source } from './declarations.ts';
import { documentedEvents, eventsPage } from './events-page.ts';

const root = resolve(import.meta.dirname, '../..');

function sourcesOf(files: Readonly<Record<string, string>>): ReadonlyMap<string, Source> {
  return new Map(Object.entries(files).map(([path, text]) => [path, { path, text }]));
}

test('the events of the host are those that a host has', async () => {
  const files = sourceFiles(root, ['src/host'], ['.ts']).filter((path) => !path.endsWith('.test.ts'));
  const sources = sourcesOf(Object.fromEntries(files.map((path) => [path, readFileSync(join(root, path), 'utf8')])));
  const world = await World.start();
  const { hooks } = world.host();
  await world.stop();
  const events = documentedEvents(sources);
  expect(events.map(({ name }) => name)).toEqual(Object.keys(hooks));
  expect(events.filter(({ payload }) => payload === undefined)).toEqual([]);
  // Shown with the class behind it, which is declared in another file.
  expect(events[0]?.payload?.members.map(({ name }) => name)).toEqual(expect.arrayContaining(['stanza', 'drop()']));
});

const FILES = {
  'src/host/events.ts': `import type { StanzaEvent } from './stanza-event.ts';

/** Before all. */
interface Base {
  readonly id: string;
}

/** A session is over. */
export interface ClosedEvent extends Base {
  /** Why. */
  readonly end: string;
}

export interface CoreEvents {
  /** Every stanza. */
  'stanza/incoming': StanzaEvent;
  'session/closed': ClosedEvent;
}

export interface HostEvents extends CoreEvents {}
`,
  'src/host/stanza-event.ts': `/** One stanza. */
export class StanzaEvent {
  readonly user: string;
}
`,
  'src/modules/note/note.ts': `import type { NoteEvent } from './service.ts';

declare module '../../host/events.ts' {
  interface HostEvents {
    /** A note changed. */
    'note/changed': { readonly user: string | undefined };
    'note/gone': NoteEvent;
  }
}
`,
  'src/modules/note/service.ts': `/** A note was deleted. */
export interface NoteEvent {
  readonly text: string;
}
`,
};

test('the page has the events of host and modules, and what their handlers get', () => {
  const page = eventsPage(sourcesOf(FILES));
  expect(page.slice(page.indexOf('| Event'))).toBe(`| Event | Payload | When |
| --- | --- | --- |
| \`stanza/incoming\` | [\`StanzaEvent\`](#stanzaevent) | Every stanza. |
| \`session/closed\` | [\`ClosedEvent\`](#closedevent) | A session is over. |
| \`note/changed\` | \`{ readonly user: string \\| undefined }\` | A note changed. |
| \`note/gone\` | [\`NoteEvent\`](#noteevent) | A note was deleted. |

## Payloads

### Base

In \`src/host/events.ts\`: Before all.

| Member | Type | Meaning |
| --- | --- | --- |
| \`id\` | \`string\` |  |

### ClosedEvent

In \`src/host/events.ts\`: A session is over. All of [\`Base\`](#base), and:

| Member | Type | Meaning |
| --- | --- | --- |
| \`end\` | \`string\` | Why. |

### NoteEvent

In \`src/modules/note/service.ts\`: A note was deleted.

| Member | Type | Meaning |
| --- | --- | --- |
| \`text\` | \`string\` |  |

### StanzaEvent

In \`src/host/stanza-event.ts\`: One stanza.

| Member | Type | Meaning |
| --- | --- | --- |
| \`user\` | \`string\` |  |
`);
});

test('a host without events is an error', () => {
  expect(() => documentedEvents(sourcesOf({ 'src/host/events.ts': '' }))).toThrow('declares no CoreEvents');
});
