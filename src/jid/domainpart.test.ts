import { describe, expect, test } from 'vitest';
import { prepareDomainpart } from './domainpart.ts';

const L63 = 'a'.repeat(63);
/** 253 octets, the longest name. */
const N253 = `${L63}.${L63}.${L63}.${'a'.repeat(61)}`;

describe.each([
  ['case', 's.example', ['S.EXAMPLE', 's.Example', 'ｓ.ｅｘａｍｐｌｅ', 'Ｓ.example']],
  ['one trailing separator', 's.example', ['s.example.', 's.example\u3002', 's.example\uff0e', 's.example\uff61']],
  ['separators', 's.example', ['s\u3002example', 's\uff0eexample', 's\uff61example']],
  ['ignored code points', 's.example', ['s\u00ad.example', 's.exam\u200bple', 's.example\ufe0f']],
  [
    'a U-label',
    'münchen.example',
    ['MÜNCHEN.example', 'mu\u0308nchen.example', 'xn--mnchen-3ya.example', 'XN--MNCHEN-3YA.EXAMPLE'],
  ],
  ['sharp s', 'faß.example', ['xn--fa-hia.example', 'FAß.example', 'fa\u1e9e.example']],
  ['final sigma', 'σας.example', ['ΣΑς.example', 'xn--mxa8ab.example']],
  ['Han', '例え.テスト', ['xn--r8jz45g.xn--zckzah', '例え\u3002テスト', '例え.ﾃｽﾄ']],
  ['right-to-left', 'א1.example', ['xn--1-zhc.example']],
  ['a joiner in place', 'क्\u200dष.example', ['xn--11b2ezcw70k.example']],
  ['a non-joiner in place', '\u0628\u200c\u0628.example', []],
  ['a middle dot in place', 'col·lega.example', ['COL·LEGA.example']],
  ['IPv4', '127.0.0.1', ['127.0.0.1.', '１２７.0.0.1', '127\u30020\u30020\u30021']],
  ['IPv6', '[2001:db8::1]', ['[2001:DB8::1]', '[2001:0db8:0:0:0:0:0:1]']],
  ['no dot', 'localhost', ['LOCALHOST', 'localhost.']],
  ['digits before the last label', '3com.1.example', []],
  ['the longest name', N253, [N253.toUpperCase(), `${N253}.`]],
])('%s', (_name, canonical, forms) => {
  test.each([canonical, ...forms])('%s', (text) => {
    expect(prepareDomainpart(text)).toBe(canonical);
  });
});

describe.each([
  ['empty', ['', '.', '\u3002', '..', '.a', 'a..', 'a..b', 'ü..b', 'a.\u3002']],
  [
    'ASCII that no host name has',
    ['a b', ' a', 'a\t', 'a_b', 'a:5222', 'a@b', 'a/b', "a'b", 'a%b', 'a*', 'a\u007f', 'a\0'],
  ],
  ['hyphens', ['-a', 'a-', 'a.-b', 'a-.b', 'ab--c', '--', 'ü-', '-ü', 'b.ab--ü', 'ａ-']],
  [
    'A-labels',
    ['xn--', 'xn--a', 'xn--abc-', 'xn--a-ecp', 'xn--\u00fc', 'xn--0', 'xn--99999999', 'xn--ls8h', 'xn--mnchen-3ya-'],
  ],
  ['A-labels of what is no U-label', ['xn--A-kfa', 'xn--a-0hc', 'xn--ab-gsx', 'xn--ex-8tb', 'xn--a-ubb', 'xn--1ca04k']],
  ['lengths', [`${L63}a`, `b.${L63}a.c`, `${N253}a`, `ü${N253}`, 'ü'.repeat(60), 'a'.repeat(1024), 'ü'.repeat(1024)]],
  ['numbers', ['1', '1.2.3', '1.2.3.4.5', '256.1.1.1', '01.1.1.1', 'a.1', '0x7f000001', 'ü.1', '１.２', '127.0.0.1..']],
  ['addresses in brackets', ['[]', '[::1', '::1', '[::1]a', '[127.0.0.1]', '[::1].', '\uff3b::1\uff3d']],
  [
    'symbols',
    ['\u2603.example', '\u{1f4a9}.la', 'i\u2764.ws', 'a\u2044b.example', 'a\u2215b.example', 'a\u20d0.example'],
  ],
  ['look-alikes of separators', ['a\u2024b', 'a\u2025b', 'a\uff0fb', 'a\uff20b', 'a\u2100b']],
  ['bidi', ['\u05d0a.example', 'a\u05d0.example', '1.\u05d0', '\u05d0-\u0663.1a']],
  ['joiners and other contextual code points', ['a\u200db', 'a\u200cb', '\u200d', 'a·b', '\u0375a', 'a\u30fbb']],
  ['unassigned and never assigned', ['a\u0378', 'a\ua7d2', 'a\ufdd0', 'a\ue000', 'a\ud800', '\u{e0041}']],
  ['a mark at the start', ['\u0300a.example', 'b.\u0903']],
])('%s', (_name, malformed) => {
  test.each(malformed)('%j is malformed', (text) => {
    expect(prepareDomainpart(text)).toBeUndefined();
  });
});
