import { expect, test } from 'vitest';
import { z } from 'zod';
import { service } from '../../src/host/services.ts';
import { decisionsPage } from './decisions-page.ts';
import { modulesPage } from './modules-page.ts';
import { optionsPage } from './options-page.ts';
import { sample } from './sample.ts';
import { xepsPage } from './xeps-page.ts';

test('the page of modules says what each needs, offers and asks', () => {
  const rosters = service<string>('roster');
  const page = modulesPage([
    sample('files', { provides: [rosters] }),
    sample('gate', {
      scope: 'component',
      xeps: [{ xep: 199, version: '2.0.1', note: 'only pongs' }],
      needs: [rosters],
      wants: [service<string>('weather')],
      permissions: { open: 'prosody:admin' },
      options: z.object({ gate_width: z.int().default(3).describe('How wide') }),
    }),
    sample('sql', { provides: [rosters] }),
  ]);
  expect(page).toContain('| [gate](#gate) | What gate does |\n');
  expect(page).toContain(`## gate

What gate does.

* Loaded on: components
* [XEP-0199](https://xmpp.org/extensions/xep-0199.html) XMPP Ping, version 2.0.1: only pongs
* Needs the service \`roster\` (from files or sql)
* Uses the service \`weather\` where it is there

| Permission | Least role by default |
| --- | --- |
| \`gate:open\` | \`prosody:admin\` |

| Option | Type | Default | Limits | Meaning |
| --- | --- | --- | --- | --- |
| \`gate_width\` | integer | \`3\` |  | How wide |
`);
  expect(page).toContain(
    '## sql\n\nWhat sql does.\n\n* Loaded on: hosts with accounts\n* Provides the service `roster`\n',
  );
});

test('the page of options is sorted, and has once what two modules declare alike', () => {
  const limit = z.int().default(1).describe('Limit');
  const page = optionsPage([
    sample('a', { options: z.object({ zoo: limit, name: z.string().default('A').describe('Name') }) }),
    sample('b', { options: z.object({ zoo: limit, name: z.string().default('B').describe('Name') }) }),
  ]);
  expect(page.split('\n').filter((line) => line.startsWith('| `'))).toEqual([
    '| `name` | string | `"A"` |  | Name | [a](modules.md#a) |',
    '| `name` | string | `"B"` |  | Name | [b](modules.md#b) |',
    '| `zoo` | integer | `1` |  | Limit | [a](modules.md#a), [b](modules.md#b) |',
  ]);
});

test('the page of XEPs says where a later version is out', () => {
  const page = xepsPage([sample('a', { xeps: [{ xep: 30, version: '2.4' }] })]);
  expect(page).toContain(
    '| [XEP-0030](https://xmpp.org/extensions/xep-0030.html) | Service Discovery | Final | 2.4 (latest: 2.5.0) | complete | [a](modules.md#a) |  |\n',
  );
});

test('the index of the decisions', () => {
  const texts = new Map([
    ['002-b.md', 'x\n\n# Second\n'],
    ['001-a.md', '# First\n\n# Other heading\n'],
  ]);
  expect(decisionsPage(texts)).toMatch(/\n\* \[001-a\]\(001-a\.md\): First\n\* \[002-b\]\(002-b\.md\): Second\n$/);
  expect(() => decisionsPage(new Map([['003-c.md', 'no heading']]))).toThrow('docs/decisions/003-c.md has no heading');
});
