/** Every limit at its value and one beyond, and what an attacker's bytes cost (S5 to S8). */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { LIMITS_AFTER_AUTH, LIMITS_BEFORE_AUTH, type XmlLimits } from './limits.ts';
import { NS_CLIENT } from './namespaces.ts';
import { XmlReader, parseStanza } from './reader.ts';
import { XmlError } from './xml-error.ts';

const HEADER = `<s:s xmlns='${NS_CLIENT}' xmlns:s='urn:s'>`;

/** Token by token: how many stanzas came, and the condition of the error. */
function count(reader: XmlReader): { stanzas: number; condition: string | undefined } {
  let stanzas = 0;
  try {
    for (let token = reader.next(); token !== undefined; token = reader.next()) if (token === 'stanza') stanzas++;
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    return { stanzas, condition: error.condition };
  }
  return { stanzas, condition: undefined };
}

function opened(limits: XmlLimits): XmlReader {
  const reader = new XmlReader(limits);
  reader.push(Buffer.from(HEADER));
  expect(count(reader).condition).toBeUndefined();
  return reader;
}

function attributes(n: number): string {
  return Array.from({ length: n }, (_, k) => ` a${k}=''`).join('');
}

function declarations(n: number): string {
  return Array.from({ length: n }, (_, k) => ` xmlns:p${k}='u'`).join('');
}

/** For each limit an element that costs `n` of what it counts. */
const COSTING: readonly (readonly [keyof XmlLimits, (n: number) => string])[] = [
  ['bytes', (n) => `<a>${'x'.repeat(n - 7)}</a>`],
  ['bytes', (n) => `<a b='${'x'.repeat(n - 9)}'/>`],
  ['bytes', (n) => `<a>${'\u00e9'.repeat((n - 7) / 2)}${n % 2 === 0 ? 'x' : ''}</a>`],
  ['depth', (n) => '<a>'.repeat(n) + '</a>'.repeat(n)],
  ['depth', (n) => `${'<a>'.repeat(n - 1)}<b/>${'</a>'.repeat(n - 1)}`],
  ['elements', (n) => `<a>${'<b/>'.repeat(n - 1)}</a>`],
  ['elements', (n) => `<a>${'<b></b>'.repeat(n - 1)}</a>`],
  ['attributes', (n) => `<a${attributes(n)}/>`],
  ['attributes', (n) => `<a><b${attributes(n)}/></a>`],
  ['nameBytes', (n) => `<${'a'.repeat(n)}/>`],
  ['nameBytes', (n) => `<a ${'a'.repeat(n)}=''/>`],
  ['nameBytes', (n) => `<s:${'a'.repeat(n - 2)}/>`],
  ['namespaces', (n) => `<a${declarations(n - 1)}/>`], // the header has one
  ['namespaces', (n) => `<a${declarations(5)}><b${declarations(n - 6)}/></a>`],
];

describe.each([
  ['before authentication', LIMITS_BEFORE_AUTH],
  ['after authentication', LIMITS_AFTER_AUTH],
])('limits %s', (_when, limits) => {
  it.each(COSTING)('%s (%#)', (which, costing) => {
    const roomy = { ...limits, attributes: Math.max(limits.attributes, 40), [which]: limits[which] };
    for (const size of [1_000_000, 997]) {
      for (const [n, expected] of [
        [roomy[which], { stanzas: 1, condition: undefined }],
        [roomy[which] + 1, { stanzas: 0, condition: 'policy-violation' }],
      ] as const) {
        const reader = opened(roomy);
        const bytes = Buffer.from(costing(n));
        let outcome: ReturnType<typeof count> = { stanzas: 0, condition: undefined };
        for (let at = 0; at < bytes.length && outcome.condition === undefined; at += size) {
          reader.push(Buffer.from(bytes.subarray(at, at + size)));
          outcome = count(reader);
        }
        expect(outcome, `${n} in pieces of ${size}`).toEqual(expected);
      }
    }
  });

  it('hold for the stream header', () => {
    for (const header of [
      `<a b='${'x'.repeat(limits.bytes)}'>`,
      `<a${attributes(limits.attributes + 1)}>`,
      `<${'a'.repeat(limits.nameBytes + 1)}>`,
      `<a${declarations(limits.namespaces + 1)}>`,
    ]) {
      const reader = new XmlReader(limits);
      reader.push(Buffer.from(header));
      expect(() => reader.next(), header.slice(0, 40)).toThrow(
        expect.objectContaining({ condition: 'policy-violation' }),
      );
    }
  });
});

describe('what an attack costs', () => {
  it('S5: 100 000 nested elements end at the limit', () => {
    for (const limits of [LIMITS_BEFORE_AUTH, LIMITS_AFTER_AUTH]) {
      const reader = opened(limits);
      const bytes = Buffer.from('<a>'.repeat(100_000));
      for (let sent = 0; ; sent += 30) {
        reader.push(Buffer.from(bytes.subarray(sent, sent + 30)));
        const { condition } = count(reader);
        if (condition === undefined) continue;
        expect(condition).toBe('policy-violation');
        expect(sent / 3).toBeLessThanOrEqual(limits.depth);
        break;
      }
    }
  });

  it('S5: depth beyond any stack is no matter where limits allow it', () => {
    const limits = { ...LIMITS_AFTER_AUTH, bytes: 1e7, depth: 1e6, elements: 1e6 };
    const stanza = parseStanza(`${'<a>'.repeat(100_000)}x${'</a>'.repeat(100_000)}`, limits);
    expect(stanza.tree().children.length).toBe(1);
  });

  it('S6: 50 000 attributes or declarations end at the limit', () => {
    for (const tag of [`<auth${attributes(50_000)}>`, `<auth${declarations(10_000)}>`]) {
      const reader = opened(LIMITS_BEFORE_AUTH);
      reader.push(Buffer.from(tag));
      expect(count(reader).condition).toBe('policy-violation');
    }
  });

  it('S6: 2000 elements end at the limit', () => {
    const reader = opened(LIMITS_BEFORE_AUTH);
    reader.push(Buffer.from(`<auth>${'<a/>'.repeat(2000)}`));
    expect(count(reader).condition).toBe('policy-violation');
  });

  it.each([
    ['body', '<message><body>'],
    ['attribute', "<message id='"],
    ['CDATA', '<message><![CDATA['],
    ['tag of white space', '<message '],
    ['name', '<'],
    ['end tag', '<message></message '],
  ])('S7, S8: an endless %s is held up to the limit and no further', (_what, begin) => {
    for (const limits of [LIMITS_BEFORE_AUTH, LIMITS_AFTER_AUTH]) {
      const reader = opened(limits);
      reader.push(Buffer.from(begin));
      const filler = begin.endsWith(' ') ? ' ' : 'x';
      let sent = 0;
      while (count(reader).condition === undefined) {
        expect(reader.buffered).toBeLessThanOrEqual(limits.bytes);
        reader.push(Buffer.alloc(1000, filler));
        sent += 1000;
      }
      expect(sent).toBeLessThanOrEqual(limits.bytes + 1000);
    }
  });

  it('S8: 100 MB of white space between stanzas is consumed, not kept', () => {
    const reader = opened(LIMITS_AFTER_AUTH);
    const chunk = Buffer.alloc(1_000_000, ' \n\t\r');
    for (let n = 0; n < 100; n++) {
      reader.push(chunk);
      expect(reader.next()).toBeUndefined();
      expect(reader.buffered).toBe(0);
    }
    reader.push(Buffer.from('<a/>'));
    expect(count(reader)).toEqual({ stanzas: 1, condition: undefined });
  });

  it('white space before the header is not kept either', () => {
    const reader = new XmlReader(LIMITS_BEFORE_AUTH);
    for (let n = 0; n < 10; n++) {
      reader.push(Buffer.alloc(1_000_000, '\n'));
      expect(reader.next()).toBeUndefined();
      expect(reader.buffered).toBe(0);
    }
  });

  it.each([
    ['attribute value', "<a b='", "'/>"],
    ['attribute value of tag ends', "<a b='", "'/>", '>'],
    ['attribute value of quotes', "<a b='", "'/>", '"'],
    ['tag of white space', '<a ', '/>', ' '],
    ['end tag of white space', '<a></a ', '>', ' '],
    ['text', '<a>', '</a>'],
    ['text of three-byte characters', '<a>', '</a>', '\u20ac'],
    ['CDATA', '<a><![CDATA[', ']]></a>'],
    ['CDATA of brackets', '<a><![CDATA[', ']]></a>', ']'],
    ['references', '<a>', '</a>', '&amp;'],
    ['elements', '<a>', '</a>', '<b/>'],
  ])('a long %s that comes byte by byte takes linear time', (_what, begin, end, filler = 'x') => {
    const limits = { ...LIMITS_AFTER_AUTH, elements: 1e6 };
    const bytes = Buffer.from(begin + filler.repeat(100_000 / Buffer.byteLength(filler)) + end);
    const started = process.cpuUsage().user;
    const reader = opened(limits);
    let stanzas = 0;
    for (let at = 0; at < bytes.length; at++) {
      reader.push(Buffer.from(bytes.subarray(at, at + 1)));
      stanzas += count(reader).stanzas;
    }
    expect(stanzas).toBe(1);
    // Five billion bytes would be looked at otherwise.
    expect(process.cpuUsage().user - started).toBeLessThan(1_000_000);
  });
});

describe('memory', () => {
  it('of a big chunk is not held for the few bytes left of it', async () => {
    setFlagsFromString('--expose-gc');
    const readers: XmlReader[] = [];
    runInNewContext('gc()');
    const before = process.memoryUsage().arrayBuffers;
    for (let n = 0; n < 50; n++) {
      const reader = opened(LIMITS_AFTER_AUTH);
      reader.push(Buffer.concat([Buffer.alloc(65_000, '\n'), Buffer.from("<a b='")]));
      expect(reader.next()).toBeUndefined();
      expect(reader.buffered).toBe(6);
      readers.push(reader);
    }
    let held = Infinity;
    for (let tries = 0; tries < 20 && held / readers.length >= 5000; tries++) {
      runInNewContext('gc()'); // what it found to be free is given back by another thread
      await new Promise((resolve) => setTimeout(resolve, 10));
      held = process.memoryUsage().arrayBuffers - before;
    }
    expect(held / readers.length).toBeLessThan(5000);
  });
});
