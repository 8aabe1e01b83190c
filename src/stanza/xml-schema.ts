/** Lexical forms of XML Schema 1.1 that several protocols use. All of them are read in linear time. */

/** xs:boolean (part 2 §3.3.2): `true`, `false`, `1`, `0`. */
export function parseBoolean(text: string): boolean | undefined {
  const value = collapse(text);
  if (value === '1' || value === 'true') return true;
  return value === '0' || value === 'false' ? false : undefined;
}

/** xs:int (part 2 §3.4.17): a whole number that fits 32 bits. */
export function parseInt32(text: string): number | undefined {
  const value = collapse(text);
  if (!/^[+-]?[0-9]+$/.test(value)) return undefined;
  const number = Number(value);
  return number >= -2_147_483_648 && number <= 2_147_483_647 ? number + 0 : undefined; // + 0 turns -0 into 0
}

/** The text without white space around it (part 2 §4.3.6, for types that hold none inside). */
export function collapse(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charCodeAt(start))) start++;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isSpace(code: number): boolean {
  return code === 32 || code === 9 || code === 10 || code === 13;
}
