/** S50: one account has many spellings, and all of them are either that account or malformed. */
import { describe, expect, test } from 'vitest';
import { Jid } from './jid.ts';

/** Canonical form, and other forms of it. */
type Group = readonly [canonical: string, ...forms: string[]];

const LOCALPARTS: readonly Group[] = [
  ['admin', 'Admin', 'ADMIN', 'aDmIn', 'ａｄｍｉｎ', 'ＡＤＭＩＮ', 'Ａdmin', 'admiｎ'],
  ['adm\u0131n'], // dotless i is no i
  ['admi\u0307n', 'ADM\u0130N', 'adm\u0130n', 'ADMI\u0307N', 'ａdmi\u0307n'],
  ['ädmin', 'a\u0308dmin', 'Ädmin', 'A\u0308dmin', 'ÄDMIN', 'Ａ\u0308dmin'],
  ['straße', 'Straße', 'STRAßE', 'STRA\u1e9eE', 'stra\u1e9ee', 'ｓtraße'],
  ['strasse', 'STRASSE', 'Strasse', 'ＳＴＲＡＳＳＥ'],
  ['å', 'Å', 'a\u030a', 'A\u030a', 'ａ\u030a'],
  [
    '\u1ec7',
    'e\u0323\u0302',
    'e\u0302\u0323',
    'E\u0323\u0302',
    '\u1ec6',
    '\u00ea\u0323',
    '\u1eb9\u0302',
    '\u00ca\u0323',
    'ｅ\u0302\u0323',
  ],
  ['\u01d6', 'u\u0308\u0304', 'U\u0308\u0304', '\u00fc\u0304', '\u01d5', '\u00dc\u0304'],
  ['σ', 'Σ'],
  ['ας', 'ΑΣ', 'Ας', 'αΣ'],
  ['ασ'], // a medial sigma at the end is another letter than the final one
  ['\u1f84', 'α\u0313\u0301\u0345', 'Α\u0313\u0301\u0345', '\u1f04\u0345', '\u1f0c\u0345'],
  ['й', 'Й', 'и\u0306', 'И\u0306'],
  ['ё', 'Ё', 'е\u0308', 'Е\u0308'],
  ['ガ', 'カ\u3099', 'ｶﾞ', 'ｶ\u3099', 'カﾞ'],
  ['パン', 'ﾊﾟﾝ', 'ハ\u309aン', 'パﾝ', 'ハﾟン'],
  ['한'],
  ['\u05e9\u05bc\u05c1', '\u05e9\u05c1\u05bc'],
  ['\u0915\u093c'],
  ['user123', 'ＵＳＥＲ１２３', 'user１23', 'User123'],
  ['a.b-c_d+e!f#g', 'Ａ.B-c_D+e!F#g', 'a．b－c＿d＋e！f＃g'],
  ['\u{10428}', '\u{10400}'], // Deseret
  ['\uab70', '\u13a0'], // Cherokee
  ['\u10d0', '\u1c90'], // Georgian
  ['l·l', 'L·L', 'Ｌ·l'],
  ['\u0628\u200c\u0628'],
  ['\u0915\u094d\u200d\u0937'],
];

const DOMAINS: readonly Group[] = [
  [
    's.example',
    'S.example',
    'S.EXAMPLE',
    's.example.',
    's\u3002example',
    's\uff0eexample',
    's\uff61example',
    'ｓ.example',
    's.example\u3002',
    's.ex\u00adample',
    's.\u{1d41e}xample',
    '\u24e2.example',
    '\u017f.example',
    '\u02e2.example',
  ],
  ['ss.example'],
  ['ß.example', 'xn--zca.example', '\u1e9e.example', 'XN--ZCA.example'],
  [
    'bücher.example',
    'BÜCHER.example',
    'bu\u0308cher.example',
    'xn--bcher-kva.example',
    'Xn--Bcher-Kva.example',
    'bücher.example.',
    'BU\u0308CHER\u3002example',
  ],
  ['å.example', '\u212b.example', 'a\u030a.example', 'Å.example', 'xn--5ca.example'],
  ['k.example', '\u212a.example', 'K.example'],
  ['例え.example', 'xn--r8jz45g.example', '例え\uff61example'],
  ['ガ.example', 'ｶﾞ.example', 'カ\u3099.example'],
  ['127.0.0.1', '127.0.0.1.', '１２７.０.０.１', '127\uff0e0\uff0e0\uff0e1', '\u24602\u2466.0.0.1'],
  ['[::1]', '[0:0:0:0:0:0:0:1]', '[0000::0001]', '[::0.0.0.1]', '[0::1]'],
  ['[2001:db8::a:b]', '[2001:DB8::A:B]', '[2001:0db8:0:0::000a:b]'],
];

const RESOURCES: readonly Group[] = [
  ['phone'],
  ['Phone'],
  ['ｐｈｏｎｅ'], // width stays
  ['my phone', 'my\u00a0phone', 'my\u3000phone', 'my\u2003phone', 'my\u1680phone', 'my\u202fphone', 'my\u205fphone'],
  ['my  phone', 'my\u00a0\u00a0phone', 'my \u3000phone'],
  ['é', 'e\u0301'],
  ['Å', '\u212b', 'A\u030a'],
  ['Ω', '\u2126'],
  ['K', '\u212a'],
  ['ſ'],
  ['\u{1f40e}'],
  ['ﬁ'],
  ['\u0915\u093c', '\u0958'],
];

const MALFORMED_LOCALPARTS = [
  [
    'admin\u200d',
    'adm\u200bin',
    'admin\u200c',
    '\u200dadmin',
    'adm\u00adin',
    'adm\u2060in',
    '\ufeffadmin',
    'adm\ufe0fin',
    'adm\u034fin',
  ],
  [
    '\u202eadmin',
    'admin\u202c',
    '\u2066admin\u2069',
    'admin\u200e',
    '\u061cadmin',
    'admin\u{e0041}',
    'adm\u180bin',
    'adm\u115fin',
    'adm\u3164in',
  ],
  [
    '\u{1d400}dmin',
    '\u24d0dmin',
    '\u00aadmin',
    'adm\u2071n',
    '\u212aevin',
    '\ufb01n',
    '\u017fs',
    '\u1e9bx',
    '\u01c4',
    '\u01c5',
    '\u1f8c',
    '\u0149',
    '\u0140',
  ],
  [
    '\u2163',
    '\u00bd',
    'x\u00b2',
    '\u2126',
    '\u212b',
    '\u0958',
    '\ufb2a',
    '\u1100\u1161\u11ab',
    '\u3131',
    'ﾡ',
    '\u1fbe',
    '\u0344',
    '\u037e',
    '\u1fef',
  ],
  [
    'a b',
    ' a',
    'a ',
    'a\u00a0b',
    'a\u3000b',
    'a\tb',
    'a\nb',
    'a\0b',
    'a\u007f',
    'a\u0085',
    'a\u2028',
    'a"b',
    'a&b',
    "a'b",
    'a/b',
    'a:b',
    'a<b',
    'a>b',
    'a@b',
  ],
  [
    'a＠b',
    'a／b',
    'a：b',
    'a＂b',
    'a＆b',
    'a＇b',
    'a＜b',
    'a＞b',
    'a\u3000',
    '\u2603',
    '\u{1f40e}',
    '\u00a9',
    '\u2044',
    '\u00d7',
    '\u3002',
    '\u2024',
  ],
  [
    '\u05d0a',
    'a\u05d0',
    '1\u05d0',
    '\u05d0-',
    '\u0663',
    '\u0628\u06631',
    '\u05b0\u05d0',
    '\u0640',
    '\u07fa',
    '\u302e',
    '\u303b',
  ],
  [
    'a·b',
    '·',
    '\u0375',
    '\u05f3',
    'a\u30fbb',
    '\u0660\u06f0',
    '\u0378',
    '\ua7ce',
    '\ue000',
    '\ufdd0',
    '\uffff',
    '\u{10ffff}',
    '\ufffd',
    '\ud800',
    '\udc00a',
  ],
].flat();

const MALFORMED_DOMAINS = [
  [
    's..example',
    '.s.example',
    's.example..',
    's.example.\u3002',
    's:5222',
    's.example:5222',
    's example',
    's_x.example',
    '-s.example',
    's-.example',
  ],
  [
    'ab--cd.example',
    'xn--a.example',
    'xn--s-.example',
    's\u2024example',
    's.exam\u2025ple',
    's\uff0fexample',
    's\u200d.example',
    's\u2044x.example',
  ],
  [
    '\u2603.example',
    '\u{1f40e}.example',
    '\u05d0a.example',
    '1.\u05d0',
    '::1',
    '[::1',
    '[::1]:5222',
    '[::1%eth0]',
    '[::ffff:1.2.3]',
    '[127.0.0.1]',
    '\uff3b::1]',
  ],
  [
    '127.1',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '127.0.0.256',
    '2130706433',
    '0x7f000001',
    '127.0.0.1.example.1',
    '\u2488.0.0.1',
    '*.example',
    's.\u0378',
    's\0',
    '[]',
  ],
].flat();

const MALFORMED_RESOURCES = [
  [
    'a\0',
    'a\tb',
    'a\nb',
    'a\u007f',
    'a\u0085',
    'a\u00ad',
    'a\u200b',
    'a\u200d',
    '\u200e',
    '\u202e',
    '\u2060',
    '\ufeff',
    '\ufe0f',
    '\u{e0041}',
    '\u034f',
  ],
  [
    '\u{1f469}\u200d\u{1f4bb}',
    '\u1100\u1161',
    '\u3164',
    '\ue000',
    '\ufdd0',
    '\uffff',
    '\ud83d',
    '\u0378',
    'a\u30fbb',
    'a·b',
    '\u0660\u06f0',
    '\u180e',
    '\u2028',
  ],
].flat();

const EVERYTHING: readonly [
  name: string,
  groups: readonly Group[],
  malformed: readonly string[],
  make: (part: string) => string,
][] = [
  ['local', LOCALPARTS, MALFORMED_LOCALPARTS, (part) => `${part}@s.example/r`],
  ['domain', DOMAINS, MALFORMED_DOMAINS, (part) => `u@${part}/r`],
  ['resource', RESOURCES, MALFORMED_RESOURCES, (part) => `u@s.example/${part}`],
];

/** What '@' and '/' in a part make of a text is another question: such a part is malformed by itself. */
function of(name: string, part: string): Jid | undefined {
  if (name === 'local') return Jid.of(part, 's.example', 'r');
  return name === 'domain' ? Jid.of('u', part, 'r') : Jid.of('u', 's.example', part);
}

test('there are more than 200 forms', () => {
  const forms = EVERYTHING.flatMap(([, groups, malformed]) => [...groups.flat(), ...malformed]);
  expect(new Set(forms).size).toBeGreaterThan(300);
});

describe.each(EVERYTHING)('S50: forms of a %spart', (name, groups, malformed, make) => {
  test.each(groups)('%j', (canonical, ...forms) => {
    for (const form of [canonical, ...forms]) {
      expect(Jid.parse(make(form))?.key, JSON.stringify(form)).toBe(make(canonical));
      expect(of(name, form)?.key, JSON.stringify(form)).toBe(make(canonical));
    }
  });

  test('different groups are different accounts', () => {
    const keys = groups.map(([canonical]) => Jid.parse(make(canonical))?.key);
    expect(new Set(keys).size).toBe(groups.length);
  });

  test.each(malformed)('%j is malformed', (part) => {
    expect(of(name, part)).toBeUndefined();
  });
});
