/** Order of text keys: by their UTF-8 bytes, the same in every medium (`COLLATE "C"`, SQLite's `BINARY`). */

/**
 * Compares two well-formed strings by their UTF-8 bytes. JavaScript's own order differs where characters above U+FFFF
 * meet those from U+E000 to U+FFFF: surrogates are smaller than the latter.
 */
export function compareByBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Moves surrogates behind all other code units. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
