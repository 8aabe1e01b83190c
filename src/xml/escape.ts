/** From text to the wire: escaping and UTF-8. The wire form of anything is a string of latin1 characters, one a byte. */

/** Characters of text and values that may stand as they are: index by character code below 128. */
const AS_IS = new Uint8Array(128);
for (let code = 0x20; code < 0x7f; code++) AS_IS[code] = 1;
for (const special of '&<>"\'') AS_IS[special.charCodeAt(0)] = 0;
AS_IS[0x7f] = 1;

/** What XML 1.0 §2.2 does not allow, and halves of surrogate pairs. */
const ILLEGAL = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

/** Character data as it is written. What XML cannot express becomes U+FFFD. */
export function textToWire(text: string): string {
  return isAsIs(text) ? text : toWire(escape(text, /[&<>"'\r]/g));
}

/** An attribute value as it is written, likewise. Quote it with either quote. */
export function valueToWire(value: string): string {
  return isAsIs(value) ? value : toWire(escape(value, /[&<>"'\t\n\r]/g));
}

/** Text as its UTF-8 bytes. */
export function toWire(text: string): string {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= 0x80) return Buffer.from(text).toString('latin1');
  return text;
}

function isAsIs(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x80 || AS_IS[code] === 0) return false;
  }
  return true;
}

function escape(text: string, special: RegExp): string {
  return text.replace(ILLEGAL, '\uFFFD').replace(special, reference);
}

function reference(character: string): string {
  switch (character) {
    case '&':
      return '&amp;';
    case '<':
      return '&lt;';
    case '>':
      return '&gt;';
    case '"':
      return '&quot;';
    case "'":
      return '&apos;';
    default:
      return `&#x${character.charCodeAt(0).toString(16).toUpperCase()};`;
  }
}
