/**
 * Writes src/jid/precis-tables.ts: what PRECIS (RFC 8264), its contextual rules (RFC 5892 appendix A) and the Bidi Rule
 * (RFC 5893) have to know of every code point, taken from one version of Unicode.
 *
 * This file uses `as`: the data package is loaded from a path, so the compiler cannot know what its files export.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const VERSION = '16.0.0';

const HELP = `usage: node scripts/generate-precis.ts [--check] DIRECTORY

Writes src/jid/precis-tables.ts from the data of Unicode ${VERSION}.

  DIRECTORY   the unpacked npm package @unicode/unicode-${VERSION}, for example:
                npm pack @unicode/unicode-${VERSION} && tar xzf unicode-unicode-${VERSION}-*.tgz
                node scripts/generate-precis.ts package
  --check     write nothing; exit with status 1 if the file is not what would be written

Every supported Node.js must know this version of Unicode: String.prototype.normalize() gives the same result everywhere
only for code points that all of them have assigned (https://www.unicode.org/policies/stability_policy.html).
`;

const CODE_POINTS = 0x110000;

/** The order is part of the format: see src/jid/code-points.ts. */
const STATUS = ['unassigned', 'disallowed', 'free', 'valid', 'context'];
const BIDI = ['other', 'L', 'R', 'AL', 'AN', 'EN', 'ES', 'CS', 'ET', 'ON', 'BN', 'NSM'];
const JOINING = ['none', 'transparent', 'left', 'right', 'dual'];
const SCRIPT = ['other', 'Greek', 'Hebrew', 'kana or Han'];

/** RFC 8264 §9.6. */
const EXCEPTIONS: readonly (readonly [status: string, first: number, last: number])[] = [
  ['valid', 0x00df, 0x00df],
  ['valid', 0x03c2, 0x03c2],
  ['valid', 0x06fd, 0x06fe],
  ['valid', 0x0f0b, 0x0f0b],
  ['valid', 0x3007, 0x3007],
  ['context', 0x00b7, 0x00b7],
  ['context', 0x0375, 0x0375],
  ['context', 0x05f3, 0x05f4],
  ['context', 0x30fb, 0x30fb],
  ['context', 0x0660, 0x0669],
  ['context', 0x06f0, 0x06f9],
  ['disallowed', 0x0640, 0x0640],
  ['disallowed', 0x07fa, 0x07fa],
  ['disallowed', 0x302e, 0x302f],
  ['disallowed', 0x3031, 0x3035],
  ['disallowed', 0x303b, 0x303b],
];

/** Hangul_Syllable_Type L, V and T (RFC 8264 §9.9); the data package lacks the property, whose ranges are fixed. */
const OLD_HANGUL_JAMO: readonly (readonly [first: number, last: number])[] = [
  [0x1100, 0x11ff],
  [0xa960, 0xa97c],
  [0xd7b0, 0xd7c6],
  [0xd7cb, 0xd7fb],
];

/** One byte for each code point, 1 where it has the property value, for example `General_Category/Control`. */
async function load(directory: string, property: string): Promise<Uint8Array> {
  const url = pathToFileURL(join(directory, property, 'ranges.mjs')).href;
  const data = (await import(url)) as { default: readonly { begin: number; end: number }[] };
  const set = new Uint8Array(CODE_POINTS);
  for (const { begin, end } of data.default) set.fill(1, begin, end);
  return set;
}

/** For each code point the position of its property value in `values`, or 0 where it has none of them. */
async function loadEnumerated(
  directory: string,
  values: readonly (readonly [index: number, property: string])[],
): Promise<Uint8Array> {
  const result = new Uint8Array(CODE_POINTS);
  for (const [index, property] of values) {
    const set = await load(directory, property);
    for (let codePoint = 0; codePoint < CODE_POINTS; codePoint++) if (set[codePoint] === 1) result[codePoint] = index;
  }
  return result;
}

async function loadUnion(directory: string, properties: readonly string[]): Promise<Uint8Array> {
  return loadEnumerated(
    directory,
    properties.map((property) => [1, property]),
  );
}

function isSurrogate(codePoint: number): boolean {
  return codePoint >= 0xd800 && codePoint <= 0xdfff;
}

/** Canonical_Combining_Class 9: canonical ordering moves the mark before one of class 10 and behind one of class 8. */
function isVirama(codePoint: number): boolean {
  const text = String.fromCodePoint(codePoint);
  const class8 = '\u3099';
  const class10 = '\u05B0';
  if (text === class8 || text === class10) return false;
  return (
    `${class10}${text}`.normalize('NFD') === text + class10 && `${text}${class8}`.normalize('NFD') === class8 + text
  );
}

/** RFC 8264 §8 and §9: the derived property of every code point, as index into STATUS. */
async function statuses(directory: string): Promise<Uint8Array> {
  const category = (names: readonly string[]): Promise<Uint8Array> =>
    loadUnion(
      directory,
      names.map((name) => `General_Category/${name}`),
    );
  const unassigned = await category(['Unassigned']);
  const noncharacter = await load(directory, 'Binary_Property/Noncharacter_Code_Point');
  const joinControl = await load(directory, 'Binary_Property/Join_Control');
  const ignorable = await load(directory, 'Binary_Property/Default_Ignorable_Code_Point');
  const control = await category(['Control']);
  const letterDigit = await category([
    'Lowercase_Letter',
    'Uppercase_Letter',
    'Other_Letter',
    'Decimal_Number',
    'Modifier_Letter',
    'Nonspacing_Mark',
    'Spacing_Mark',
  ]);
  // OtherLetterDigits, Spaces, Symbols and Punctuation
  const free = await category([
    'Titlecase_Letter',
    'Letter_Number',
    'Other_Number',
    'Enclosing_Mark',
    'Space_Separator',
    'Symbol',
    'Punctuation',
  ]);

  const result = new Uint8Array(CODE_POINTS);
  for (let codePoint = 0; codePoint < CODE_POINTS; codePoint++) {
    const has = (set: Uint8Array): boolean => set[codePoint] === 1;
    const within = ([first, last]: readonly [number, number]): boolean => codePoint >= first && codePoint <= last;
    const hasCompat = (): boolean => {
      const text = String.fromCodePoint(codePoint);
      return text.normalize('NFKC') !== text;
    };
    const exception = EXCEPTIONS.find(([, first, last]) => within([first, last]));
    let status = 'disallowed';
    if (exception !== undefined) status = exception[0];
    else if (has(unassigned) && !has(noncharacter)) status = 'unassigned';
    else if (within([0x21, 0x7e])) status = 'valid';
    else if (has(joinControl)) status = 'context';
    else if (OLD_HANGUL_JAMO.some(within) || has(ignorable) || has(noncharacter) || has(control)) status = 'disallowed';
    else if (isSurrogate(codePoint)) status = 'disallowed';
    else if (hasCompat()) status = 'free';
    else if (has(letterDigit)) status = 'valid';
    else if (has(free)) status = 'free';
    result[codePoint] = STATUS.indexOf(status);
  }
  return result;
}

/** The bit fields of every code point, as src/jid/code-points.ts reads them. */
async function words(directory: string): Promise<Uint16Array> {
  const status = await statuses(directory);
  const bidi = await loadEnumerated(directory, [
    [BIDI.indexOf('L'), 'Bidi_Class/Left_To_Right'],
    [BIDI.indexOf('R'), 'Bidi_Class/Right_To_Left'],
    [BIDI.indexOf('AL'), 'Bidi_Class/Arabic_Letter'],
    [BIDI.indexOf('AN'), 'Bidi_Class/Arabic_Number'],
    [BIDI.indexOf('EN'), 'Bidi_Class/European_Number'],
    [BIDI.indexOf('ES'), 'Bidi_Class/European_Separator'],
    [BIDI.indexOf('CS'), 'Bidi_Class/Common_Separator'],
    [BIDI.indexOf('ET'), 'Bidi_Class/European_Terminator'],
    [BIDI.indexOf('ON'), 'Bidi_Class/Other_Neutral'],
    [BIDI.indexOf('BN'), 'Bidi_Class/Boundary_Neutral'],
    [BIDI.indexOf('NSM'), 'Bidi_Class/Nonspacing_Mark'],
  ]);
  const joining = await loadEnumerated(directory, [
    [JOINING.indexOf('transparent'), 'Joining_Type/Transparent'],
    [JOINING.indexOf('left'), 'Joining_Type/Left_Joining'],
    [JOINING.indexOf('right'), 'Joining_Type/Right_Joining'],
    [JOINING.indexOf('dual'), 'Joining_Type/Dual_Joining'],
  ]);
  // The data package lists what ArabicShaping.txt lists; by its header, all other such marks are transparent too.
  const marks = await loadUnion(directory, [
    'General_Category/Nonspacing_Mark',
    'General_Category/Enclosing_Mark',
    'General_Category/Format',
  ]);
  const listed = await loadUnion(directory, ['Joining_Type/Non_Joining', 'Joining_Type/Join_Causing']);
  const transparent = JOINING.indexOf('transparent');
  for (let codePoint = 0; codePoint < CODE_POINTS; codePoint++) {
    if (marks[codePoint] === 1 && joining[codePoint] === 0 && listed[codePoint] === 0) joining[codePoint] = transparent;
  }
  const script = await loadEnumerated(directory, [
    [SCRIPT.indexOf('Greek'), 'Script/Greek'],
    [SCRIPT.indexOf('Hebrew'), 'Script/Hebrew'],
    [SCRIPT.indexOf('kana or Han'), 'Script/Hiragana'],
    [SCRIPT.indexOf('kana or Han'), 'Script/Katakana'],
    [SCRIPT.indexOf('kana or Han'), 'Script/Han'],
  ]);

  const result = new Uint16Array(CODE_POINTS);
  for (let codePoint = 0; codePoint < CODE_POINTS; codePoint++) {
    const name = STATUS[status[codePoint] ?? 0];
    let word = status[codePoint] ?? 0;
    // What no rule will ask is left 0, which makes longer runs.
    if (name === 'valid' || name === 'context') word |= (bidi[codePoint] ?? 0) << 3;
    if (name === 'valid' || name === 'context' || name === 'free') {
      word |= (joining[codePoint] ?? 0) << 7;
      word |= (script[codePoint] ?? 0) << 10;
      if (isVirama(codePoint)) word |= 1 << 12;
    }
    result[codePoint] = word;
  }
  return result;
}

/** The text of the generated file. */
function render(table: Uint16Array): string {
  const distinct = [...new Set(table)].sort((a, b) => a - b);
  // Base 36 writes its digits in lower case, so everything else that needs no escape can name a word.
  const names = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ!#$%&()*+,-./:;<=>?@[]^_{|}~');
  if (distinct.length > names.length) throw new Error(`${distinct.length} distinct words, ${names.length} names`);

  let runs = '';
  for (let start = 0, codePoint = 1; codePoint <= CODE_POINTS; codePoint++) {
    if (codePoint < CODE_POINTS && table[codePoint] === table[start]) continue;
    const length = codePoint - start;
    runs += `${names[distinct.indexOf(table[start] ?? 0)] ?? ''}${length === 1 ? '' : length.toString(36)}`;
    start = codePoint;
  }
  const lines = runs.match(/.{1,112}/g) ?? [];
  return `// Generated by scripts/generate-precis.ts from Unicode ${VERSION}: do not edit.
// What that version has not assigned is refused, whatever newer version Node.js knows.

/** Names the words of WORD_VALUES in RUNS: the first character stands for the first word, and so on. */
export const WORD_NAMES = '${names.slice(0, distinct.length).join('')}';

/** Bit fields (see code-points.ts). */
// prettier-ignore
export const WORD_VALUES: readonly number[] = [${distinct.join(', ')}];

/** All code points from U+0000 to U+10FFFF as runs: name of the word, then the length in base 36 unless it is 1. */
// prettier-ignore
export const RUNS =
${lines.map((line) => `  '${line}'`).join(' +\n')};
`;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean' }, check: { type: 'boolean' } },
  });
  if (values.help === true) {
    process.stdout.write(HELP);
    return 0;
  }
  const [directory, ...rest] = positionals;
  if (directory === undefined || rest.length > 0) {
    process.stderr.write(HELP);
    return 2;
  }
  const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as { name?: unknown };
  if (manifest.name !== `@unicode/unicode-${VERSION}`) {
    process.stderr.write(`${directory} is ${String(manifest.name)}, not @unicode/unicode-${VERSION}\n`);
    return 2;
  }
  const own = process.versions.unicode ?? '0';
  if (Number.parseFloat(own) < Number.parseFloat(VERSION)) {
    process.stderr.write(`this Node.js knows Unicode ${own}, older than ${VERSION}\n`);
    return 2;
  }
  const target = new URL('../src/jid/precis-tables.ts', import.meta.url);
  const text = render(await words(resolve(directory)));
  if (values.check === true) {
    if (readFileSync(target, 'utf8') === text) return 0;
    process.stderr.write('src/jid/precis-tables.ts is not what this script writes\n');
    return 1;
  }
  writeFileSync(target, text);
  return 0;
}

process.exitCode = await main();
