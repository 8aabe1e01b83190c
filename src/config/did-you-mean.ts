/** Suggestions for words that were mistyped. */

/** Edits in which two words of that length may differ and still be taken for the same: one in three letters. */
const LETTERS_PER_EDIT = 3;

/** The known word that `word` was most likely meant to be, or `undefined` if none is near. */
function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(word.length / LETTERS_PER_EDIT)) + 1;
  for (const candidate of known) {
    const edits = distance(normal(word), normal(candidate));
    if (edits < least) [best, least] = [candidate, edits];
  }
  return best;
}

/** `; did you mean "…"?`, or nothing: to be put at the end of a message. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const found = nearest(word, known);
  return found === undefined ? '' : `; did you mean "${found}"?`;
}

/** Case and the choice of `-` or `_` are no difference worth an edit. */
function normal(word: string): string {
  return word.toLowerCase().replaceAll('-', '_');
}

/** Letters to insert, delete, replace, or swap with their neighbour, to make one word of the other. */
function distance(a: string, b: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      current.push(
        Math.min(
          at(last, column) + 1,
          at(current, column - 1) + 1,
          at(last, column - 1) + (same ? 0 : 1),
          swapped ? at(beforeLast, column - 2) + 1 : Infinity,
        ),
      );
    }
    beforeLast = last;
    last = current;
  }
  return at(last, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}
