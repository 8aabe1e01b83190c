/** Characters of names beyond ASCII (XML 1.0, fifth edition, §2.3). */

/** First and last code points of `NameStartChar` from U+0080 on. */
const NAME_START_RANGES: readonly (readonly [number, number])[] = [
  [0xc0, 0xd6],
  [0xd8, 0xf6],
  [0xf8, 0x2ff],
  [0x370, 0x37d],
  [0x37f, 0x1fff],
  [0x200c, 0x200d],
  [0x2070, 0x218f],
  [0x2c00, 0x2fef],
  [0x3001, 0xd7ff],
  [0xf900, 0xfdcf],
  [0xfdf0, 0xfffd],
  [0x10000, 0xeffff],
];

/** May this character, from U+0080 on, begin a name? */
export function isNameStart(code: number): boolean {
  for (const [first, last] of NAME_START_RANGES) if (code >= first && code <= last) return true;
  return false;
}

/** May this character, from U+0080 on, stand in a name? */
export function isNameCharacter(code: number): boolean {
  return code === 0xb7 || (code >= 0x300 && code <= 0x36f) || code === 0x203f || code === 0x2040 || isNameStart(code);
}
