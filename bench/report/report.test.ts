import { expect, test } from 'vitest';
import { XmlStream } from '../../test/support/dialogue/xml-node.ts';
import { markdown } from './markdown.ts';
import { parseResults, type Results } from './results.ts';
import { ROWS } from './rows.ts';
import { svg } from './svg.ts';
import { tableOf } from './table.ts';

const RESULTS: Results = {
  machine: { cores: 2, processor: 'Some <CPU>', memory: '24 GiB', system: 'Linux', kernel: '6.1', node: '26' },
  date: '2026-01-01',
  servers: [
    { name: 'couplet', label: 'Couplet', version: '1' },
    { name: 'ejabberd', label: 'ejabberd', version: '2' },
  ],
  missing: ['Prosody'],
  scale: { users: 200, connections: 2000, warmUp: 1000, window: 2000, rest: 1000 },
  runs: [
    { scenario: 'ping', server: 'couplet', repetition: 0, figures: { cpu: 12.34, received: 900, lost: 3 } },
    { scenario: 'ping', server: 'ejabberd', repetition: 0, figures: { cpu: 61.7, received: 100, lost: 0 } },
    { scenario: 'login', server: 'ejabberd', repetition: 0, figures: {}, error: 'it broke\nhere' },
  ],
};

test('results survive the file', () => {
  expect(parseResults(JSON.stringify(RESULTS))).toEqual(RESULTS);
});

test('the report says the figures, the verdict, what was lost, what failed and what was left out', () => {
  const text = markdown(RESULTS, { picture: 'p.svg', data: 'd.json', notes: 'It goes.\n', scenarios: [] });
  expect(text).toContain('| ping, window 1 | 12.3 µs | 61.7 µs | **0.2** (0.2–0.2) | 0.3 | 0.12 | bar met |');
  expect(text).toContain('| Couplet | 900 | 3 | 0 | 0 | 0 | 0 | 0 |');
  expect(text).toContain('* ejabberd, login: it broke\n');
  expect(text).toContain('* Prosody: not installed, left out.');
  expect(text).toContain('![Ratios](p.svg)');
  expect(text).toContain('## Where the time goes\n\nIt goes.\n\n##');
});

test('the picture has a bar as long as the ratio, and is XML', () => {
  const picture = svg(tableOf(RESULTS, ROWS), 'a & b');
  const bars = [...picture.matchAll(/<rect x="\d+" y="\d+" width="(\d+)" height="14" fill="(#\w+)"/g)];
  const at = (tick: string): number => Number(new RegExp(`<text x="(\\d+)"[^>]*>${tick}<`).exec(picture)?.[1]);
  expect(bars).toHaveLength(1);
  expect(Number(bars[0]?.[1]) / (at('1') - at('0'))).toBeCloseTo(0.2, 2);
  const kinds: string[] = [];
  const stream = new XmlStream((event) => kinds.push(event.kind));
  stream.write(Buffer.from(`<stream:stream xmlns='x' xmlns:stream='http://etherx.jabber.org/streams'>${picture}`));
  expect(kinds).toEqual(['header', 'element']);
});
