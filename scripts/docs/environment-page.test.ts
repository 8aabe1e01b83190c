import { expect, test } from 'vitest';
import { sets, variable } from '../../src/config/environment/variable.ts';
import { environmentPage } from './environment-page.ts';

test('the page has each variable once, where it comes from first, with what it sets and the defaults of images', () => {
  const page = environmentPage([
    variable('A', { prosody: '', guide: 'x' }, 'days', sets('host', 'sql', 'host'), 'Means A', 'Differs'),
    variable('B', { ichuan: 'required' }, ['one', 'two'], { kind: 'none' }, 'Means B'),
  ]);
  const rows = page.split('\n').filter((line) => /^(?:## |\| `)/.test(line));
  expect(rows).toEqual([
    '## Deployment guides',
    '| `A` | days | `sql.host` of the main host | Means A | deployment guides: `x`; prosody/prosody: none | Differs |',
    '## prosody/prosody',
    '## sarasmiseth/prosody',
    '## tobi312/prosody',
    '## ichuan/prosody',
    '| `B` | `one`, `two` |  | Means B | required |  |',
    '## Couplet',
  ]);
});
