/** Uses `as` on the garbage collector, which no types tell of. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { Jid } from './jid.ts';

function parts(text: string): readonly (string | undefined)[] | undefined {
  const jid = Jid.parse(text);
  return jid === undefined ? undefined : [jid.local, jid.domain, jid.resource];
}

describe('RFC 7622 §3.5, table 1', () => {
  test.each([
    ['juliet@example.com', 'juliet', 'example.com', undefined],
    ['juliet@example.com/foo', 'juliet', 'example.com', 'foo'],
    ['juliet@example.com/foo bar', 'juliet', 'example.com', 'foo bar'],
    ['juliet@example.com/foo@bar', 'juliet', 'example.com', 'foo@bar'],
    ['foo\\20bar@example.com', 'foo\\20bar', 'example.com', undefined],
    ['fussball@example.com', 'fussball', 'example.com', undefined],
    ['fußball@example.com', 'fußball', 'example.com', undefined],
    ['π@example.com', 'π', 'example.com', undefined],
    ['Σ@example.com/foo', 'σ', 'example.com', 'foo'],
    ['σ@example.com/foo', 'σ', 'example.com', 'foo'],
    ['ς@example.com/foo', 'ς', 'example.com', 'foo'],
    ['king@example.com/♚', 'king', 'example.com', '♚'],
    ['example.com', undefined, 'example.com', undefined],
    ['example.com/foobar', undefined, 'example.com', 'foobar'],
    ['a.example.com/b@example.net', undefined, 'a.example.com', 'b@example.net'],
  ])('%s', (text, local, domain, resource) => {
    expect(parts(text)).toEqual([local, domain, resource]);
  });
});

describe('RFC 7622 §3.5, table 2', () => {
  test.each([
    '"juliet"@example.com',
    'foo bar@example.com',
    '@example.com/',
    'henry\u2163@example.com',
    '\u265a@example.com',
    'juliet@',
    '/foobar',
  ])('%s is malformed', (text) => {
    expect(Jid.parse(text)).toBeUndefined();
  });

  test('a resourcepart may start with a space: the table says no, but no rule does', () => {
    expect(parts('juliet@example.com/ foo')).toEqual(['juliet', 'example.com', ' foo']);
  });
});

describe('S51: empty parts, separators and lengths', () => {
  const longest = `${'a.'.repeat(126)}b`;

  test.each([
    '',
    '@',
    '/',
    '@/',
    '@s',
    'u@',
    's/',
    'u@s/',
    'u@/r',
    '@s/r',
    '/r',
    'u@@s',
    'u@s@t',
    'a@b@c/d@e',
    '@@',
    'u@.',
    'u@./r',
  ])('%j is malformed', (text) => {
    expect(Jid.parse(text)).toBeUndefined();
  });

  test.each([
    ['s/a/b', undefined, 's', 'a/b'],
    ['s//', undefined, 's', '/'],
    ['u@s/@', 'u', 's', '@'],
    ['s/u@t/r', undefined, 's', 'u@t/r'],
    ['u@s/ ', 'u', 's', ' '],
  ])('%j', (text, local, domain, resource) => {
    expect(parts(text)).toEqual([local, domain, resource]);
  });

  test.each([
    ['ASCII local', (n: number) => `${'a'.repeat(n)}@s`],
    ['two-octet local', (n: number) => `${'é'.repeat(n >> 1)}${'a'.repeat(n & 1)}@s`],
    ['four-octet local', (n: number) => `${'𐐨'.repeat(n >> 2)}${'a'.repeat(n & 3)}@s`],
    ['fullwidth local', (n: number) => `${'ａ'.repeat(n)}@s`],
    ['decomposed local', (n: number) => `${'a'.repeat(n & 1)}${'u\u0308\u0304'.repeat(n >> 1)}@s`],
    ['ASCII resource', (n: number) => `s/${'a'.repeat(n)}`],
    ['three-octet resource', (n: number) => `s/${'漢'.repeat(Math.floor(n / 3))}${'a'.repeat(n % 3)}`],
  ])('%s of 1023 octets is allowed, of 1024 malformed', (_name, make) => {
    const jid = Jid.parse(make(1023));
    expect(Buffer.byteLength(jid?.local ?? jid?.resource ?? '')).toBe(1023);
    expect(Jid.parse(make(1024))).toBeUndefined();
  });

  test('a domain of 253 octets is allowed, of 255 malformed', () => {
    expect(Jid.parse(`u@${longest}`)?.domain).toBe(longest);
    expect(Jid.parse(`u@a.${longest}`)).toBeUndefined();
    expect(Jid.parse(`u@${'a'.repeat(1024)}`)).toBeUndefined();
  });

  test('the longest JID of all, canonical and in another form', () => {
    const local = 'é'.repeat(511);
    const resource = '漢'.repeat(341);
    const jid = Jid.parse(`${local.toUpperCase()}@${longest.toUpperCase()}/${resource}`);
    expect(jid?.key).toBe(`${local}@${longest}/${resource}`);
  });
});

describe('S52: what is no Unicode text is malformed in every part', () => {
  test.each(['\ud800', '\udc00', '\udc00\ud800', 'a\ud83d', '\ude00a'])('%j', (text) => {
    expect(Jid.parse(`${text}@s`)).toBeUndefined();
    expect(Jid.parse(`u@${text}`)).toBeUndefined();
    expect(Jid.parse(`u@s/${text}`)).toBeUndefined();
  });
});

describe('S53: forbidden characters and XEP-0106 escapes', () => {
  test.each([...Array.from('"&\'/:<>@ '), ...Array.from('＂＆＇／：＜＞＠\u3000')])(
    '%s in a localpart is malformed',
    (character) => {
      for (const local of [character, `a${character}`, `${character}a`, `a${character}b`]) {
        expect(Jid.of(local, 's')).toBeUndefined();
      }
    },
  );

  test.each(['\\20a', 'a\\40b', '\\5c', '\\5c40', 'd\\27artagnan', '\\2f..\\2f', '\\', '\\5C'])(
    '%s stays as it is',
    (local) => {
      expect(Jid.of(local, 's')?.local).toBe(local.toLowerCase());
    },
  );
});

describe('S15: controls, noncharacters and other code points without a glyph are malformed everywhere', () => {
  const ranges: readonly (readonly [number, number])[] = [
    [0x00, 0x1f],
    [0x7f, 0x9f],
    [0xad, 0xad],
    [0x200b, 0x200f],
    [0x202a, 0x202e],
    [0x2060, 0x206f],
    [0xfdd0, 0xfdef],
    [0xfe00, 0xfe0f],
    [0xfeff, 0xfeff],
    [0xfff0, 0xfffb],
    [0xfffe, 0xffff],
    [0x1fffe, 0x1ffff],
    [0xe0000, 0xe007f],
    [0x10fffe, 0x10ffff],
  ];

  test.each(ranges)('%j', (first, last) => {
    for (let codePoint = first; codePoint <= last; codePoint++) {
      const character = String.fromCodePoint(codePoint);
      expect(Jid.parse(`a${character}b@s`), `local with ${codePoint.toString(16)}`).toBeUndefined();
      expect(Jid.parse(`u@s/a${character}b`), `resource with ${codePoint.toString(16)}`).toBeUndefined();
      // UTS #46 leaves some of them out of a domain
      const domain = Jid.parse(`u@a${character}b`)?.domain;
      expect(domain === undefined || domain === 'ab', `domain with ${codePoint.toString(16)}`).toBe(true);
    }
  });
});

test('S117: names of Object.prototype are names like others', () => {
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf']) {
    expect(parts(`${name}@constructor/${name}`)).toEqual([name.toLowerCase(), 'constructor', name]);
    expect(Jid.parse(`${name}@constructor`)?.key).toBe(`${name.toLowerCase()}@constructor`);
  }
  expect(Jid.parse('__proto__')).toBeUndefined();
});

test('S118: 50 KB of anything take no time', () => {
  const seeds = [
    'a',
    '@',
    '/',
    '.',
    '-',
    'xn--',
    '1.',
    '[:',
    ' ',
    'é',
    'Ａ',
    'ü.',
    '\u00ad',
    '\u05d0',
    '\u0628\u200c',
    '\u0915\u094d\u200d',
    'a\u0315\u0300\u05ae',
    '\u30fb',
    '\u0660\u06f0',
    'ﷺ',
    '😀',
    '\ud800',
    'xn--9',
    'Σ',
  ];
  const slow: string[] = [];
  for (const seed of seeds) {
    for (const frame of [(s: string) => s, (s: string) => `${s}@s`, (s: string) => `u@${s}`, (s: string) => `s/${s}`]) {
      for (const size of [1000, 50_000]) {
        const text = frame(seed.repeat(Math.ceil(size / seed.length)).slice(0, size));
        // The fastest of a few, because other programs run here too.
        let fastest = Infinity;
        for (let i = 0; i < 5 && fastest > 5; i++) {
          const start = performance.now();
          Jid.parse(text);
          fastest = Math.min(fastest, performance.now() - start);
        }
        if (fastest > 5) slow.push(`${frame(seed)} × ${String(size)}: ${String(fastest)} ms`);
      }
    }
  }
  expect(slow).toEqual([]);
});

describe('a Jid', () => {
  test('tells its kind', () => {
    const kinds = ['u@s/r', 's/r', 'u@s', 's'].map((text) => {
      const jid = Jid.parse(text);
      return [jid?.isFull, jid?.isBare, jid?.isDomain];
    });
    expect(kinds).toEqual([
      [true, false, false],
      [true, false, false],
      [false, true, false],
      [false, true, true],
    ]);
  });

  test('has one bare JID, which is itself if there is no resourcepart', () => {
    const full = Jid.parse('U@S/r');
    expect(full?.bare.key).toBe('u@s');
    expect([full?.bare.local, full?.bare.domain, full?.bare.resource]).toEqual(['u', 's', undefined]);
    expect(full?.bare).toBe(full?.bare);
    expect(full?.bare.bare).toBe(full?.bare);
    expect(Jid.parse('s/r')?.bare.key).toBe('s');
  });

  test('takes another resourcepart, prepared', () => {
    const jid = Jid.parse('u@s/old');
    expect(jid?.withResource('A\u030a\u00a0')?.key).toBe('u@s/Å ');
    expect(Jid.parse('s')?.withResource('r')?.key).toBe('s/r');
    expect(jid?.withResource('')).toBeUndefined();
    expect(jid?.withResource('\0')).toBeUndefined();
    expect(jid?.withResource('a'.repeat(1024))).toBeUndefined();
  });

  test('is made of parts, each on its own', () => {
    expect(Jid.of('U', 'S.', 'R/@')?.key).toBe('u@s/R/@');
    expect(Jid.of(undefined, 'S')?.key).toBe('s');
    expect(Jid.of('', 's')).toBeUndefined();
    expect(Jid.of('u', '')).toBeUndefined();
    expect(Jid.of('u', 's', '')).toBeUndefined();
    expect(Jid.of('u', 's/r')).toBeUndefined();
    expect(Jid.of(undefined, 'u@s')).toBeUndefined();
  });

  test('compares and shows itself by its canonical text', () => {
    const [a, b, c] = [Jid.of('A', 's', 'r'), Jid.of('a', 'S.', 'r'), Jid.of('a', 's', 'R')];
    expect(a !== undefined && b !== undefined && a.equals(b)).toBe(true);
    expect(a !== undefined && c !== undefined && a.equals(c)).toBe(false);
    expect([String(a), JSON.stringify({ a })]).toEqual(['a@s/r', '{"a":"a@s/r"}']);
  });

  test('is the same object for the same text', () => {
    expect(Jid.parse('same@s/r')).toBe(Jid.parse(['same@s', 'r'].join('/')));
    const long = `s/${'r'.repeat(500)}`;
    expect(Jid.parse(long)).not.toBe(Jid.parse(long));
    expect(Jid.parse(long)?.key).toBe(long);
  });
});

describe('memory', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;

  function heapGrowth(work: () => unknown): number {
    collect();
    const before = process.memoryUsage().heapUsed;
    const kept = work();
    collect();
    const grown = process.memoryUsage().heapUsed - before;
    expect(kept).toBeDefined();
    return grown;
  }

  test.each([
    ['cached', (i: number) => `someone-with-${i}@example.org/the-resource`],
    ['in another form', (i: number) => `SomeOne-with-${i}@example.org/the-resource`],
    ['too long for the cache', (i: number) => `someone-with-${i}@example.org/${'the-resource'.repeat(20)}`],
    ['a domain', (i: number) => `number-${i}.example.org`],
    ['a domain too long for the cache', (i: number) => `number-${i}${'.example'.repeat(20)}`],
  ])('a JID does not keep the text alive that it was cut from: %s', (_name, text) => {
    const filler = 'x'.repeat(100_000);
    const grown = heapGrowth(() =>
      Array.from({ length: 200 }, (_, i) => {
        const stanza = Buffer.from(`<message to='${text(i)}'>${filler}`).toString();
        return Jid.parse(stanza.slice(13, stanza.indexOf("'>")));
      }),
    );
    expect(grown).toBeLessThan(2_000_000); // 20 MB if they did
  });

  test('a flood of texts does not grow the cache', () => {
    const grown = heapGrowth(() => {
      for (let i = 0; i < 40_000; i++) Jid.parse(`${String(i)}${'b'.repeat(100)}@Example.org`);
      return true;
    });
    expect(grown).toBeLessThan(8_000_000);
  });

  test('a flood of malformed texts is not cached at all', () => {
    const grown = heapGrowth(() => {
      for (let i = 0; i < 40_000; i++) Jid.parse(`${String(i)} ${'b'.repeat(100)}@example.org`);
      return true;
    });
    expect(grown).toBeLessThan(1_000_000);
  });
});
