/** From validated bytes to text: UTF-8, references, line ends, white space in attribute values. */

const REFERENCE = /&([^;]+);/g;

const ENTITY_TEXT: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
]);

/** Character data (not CDATA) of validated bytes as text, line ends as XML 1.0 §2.11 wants them. */
export function decodeText(bytes: Buffer, start: number, end: number): string {
  const text = decodeVerbatim(bytes, start, end);
  return text.includes('&') ? text.replace(REFERENCE, (_all, name: string) => dereference(name)) : text;
}

/** The inside of a CDATA section of validated bytes as text. */
export function decodeVerbatim(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start, end);
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

/** An attribute value of validated bytes as text, normalised as XML 1.0 §3.3.3 wants it. */
export function decodeValue(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start, end);
  const spaced = /[\t\n\r]/.test(text) ? text.replace(/\r\n|[\t\n\r]/g, ' ') : text;
  return spaced.includes('&') ? spaced.replace(REFERENCE, (_all, name: string) => dereference(name)) : spaced;
}

function dereference(name: string): string {
  const entity = ENTITY_TEXT.get(name);
  if (entity !== undefined) return entity;
  const hex = name.startsWith('#x');
  return String.fromCodePoint(Number.parseInt(name.slice(hex ? 2 : 1), hex ? 16 : 10));
}
