import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { prepareDomainpart } from './domainpart.ts';
import { Jid } from './jid.ts';
import { prepareOpaqueString, prepareUsername } from './precis.ts';

/** Characters that the rules treat specially, so that random texts meet the rules. */
const INTERESTING = [
  ...Array.from('aAzZ09lLsSß.-_+!@/:\'" \\'),
  ...Array.from('àÀéÉİıſKÅΣσςΆά\u0301\u0308\u0323\u0345йЙ'),
  ...Array.from('ａＡ１．＠／ｶﾞガ。｡'),
  ...Array.from('אבגﬞاب٣۳\u05b0\u064e\u0915\u094d'),
  ...Array.from('\u200c\u200d\u00b7\u0375α\u05f3\u30fb漢か한'),
  ...Array.from('ẞﬁ½①♚😀\u00a0\u3000\u00ad\u2024'),
  '\u{10400}',
  '\u{1d165}',
  '\ud800',
  '\0',
  'xn--',
  'xn--zca',
];

const character = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...INTERESTING) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
);
const part = fc.array(character, { maxLength: 6 }).map((characters) => characters.join(''));
/** Often valid: letters with case, marks and width. */
const word = fc
  .array(fc.constantFrom(...Array.from('abAZ019éÉ\u0301\u0308ａＡσΣйЙか漢가')), { minLength: 1, maxLength: 8 })
  .map((c) => c.join(''));
const name = fc.array(fc.oneof(word, part), { minLength: 1, maxLength: 3 }).map((labels) => labels.join('.'));
const text = fc.oneof(
  fc.tuple(fc.oneof(word, part), name, part).map(([local, domain, resource]) => `${local}@${domain}/${resource}`),
  fc.tuple(word, name).map(([local, domain]) => `${local}@${domain}`),
  name,
  part,
);
const ascii = fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 12 });
const hostish = fc
  .array(fc.constantFrom(...Array.from('aZ09--..'), 'xn', '_', ' '), { maxLength: 10 })
  .map((c) => c.join(''));

describe('any text', () => {
  test('that is a JID has a canonical text, which stands for itself', () => {
    fc.assert(
      fc.property(text, (input) => {
        const jid = Jid.parse(input);
        if (jid === undefined) return;
        const again = Jid.parse(jid.key);
        expect(again?.key).toBe(jid.key);
        expect([again?.local, again?.domain, again?.resource]).toEqual([jid.local, jid.domain, jid.resource]);
        expect(Jid.of(jid.local, jid.domain, jid.resource)?.key).toBe(jid.key);
        expect(Jid.parse(jid.bare.key)?.key).toBe(jid.bare.key);
      }),
      { numRuns: 3000 },
    );
  });

  test('has the same key as another exactly if all three parts are the same', () => {
    fc.assert(
      fc.property(text, text, (one, two) => {
        const [a, b] = [Jid.parse(one), Jid.parse(two)];
        if (a === undefined || b === undefined) return;
        const same = a.local === b.local && a.domain === b.domain && a.resource === b.resource;
        expect(a.key === b.key).toBe(same);
        expect(a.equals(b)).toBe(same);
      }),
      { numRuns: 1000 },
    );
  });

  test('is the same JID in NFD as in NFC, if both are one', () => {
    fc.assert(
      fc.property(text, (input) => {
        const [composed, decomposed] = [Jid.parse(input.normalize('NFC')), Jid.parse(input.normalize('NFD'))];
        if (composed !== undefined && decomposed !== undefined) expect(decomposed.key).toBe(composed.key);
      }),
      { numRuns: 1000 },
    );
  });

  test('is the same account in upper case, if both are one', () => {
    fc.assert(
      // Without sharp s, sigma and the like, whose upper case is that of other letters too.
      fc.property(
        fc.array(fc.constantFrom(...Array.from('abc019éäйжあ漢')), { minLength: 1 }).map((c) => c.join('')),
        (input) => {
          const local = Jid.of(input, 's')?.key;
          expect(local).toBe(`${input}@s`);
          expect(Jid.of(input.toUpperCase(), 'S')?.key).toBe(local);
        },
      ),
    );
  });

  test('never gives a part with a separator, an empty part or one of more than 1023 octets', () => {
    fc.assert(
      fc.property(text, (input) => {
        const jid = Jid.parse(input);
        if (jid === undefined) return;
        expect(jid.local ?? 'none').not.toMatch(/[@/]|^$/);
        expect(jid.domain).not.toMatch(/[@/A-Z]|^$|\.$/);
        expect(jid.resource).not.toBe('');
        for (const each of [jid.local, jid.domain, jid.resource])
          expect(Buffer.byteLength(each ?? '')).toBeLessThan(1024);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the short way for ASCII agrees with the long way, which one more letter enforces', () => {
  test('usernames', () => {
    fc.assert(
      fc.property(ascii, (input) => {
        const short = prepareUsername(input);
        expect(prepareUsername(`${input}é`)).toBe(short === undefined ? undefined : `${short}é`);
      }),
      { numRuns: 1000 },
    );
  });

  test('opaque strings', () => {
    fc.assert(
      fc.property(ascii, (input) => {
        const short = prepareOpaqueString(input);
        expect(prepareOpaqueString(`${input}é`)).toBe(short === undefined ? undefined : `${short}é`);
      }),
      { numRuns: 1000 },
    );
  });

  test('domain names', () => {
    fc.assert(
      fc.property(fc.oneof(hostish, ascii), (input) => {
        if (input.startsWith('[')) return; // an IPv6 address has no other way
        const short = prepareDomainpart(`b.${input}`);
        const long = prepareDomainpart(`é.${input}`);
        expect(long?.slice(1)).toBe(short?.slice(1));
      }),
      { numRuns: 2000 },
    );
  });
});
