/** Words of a line typed into the shell. */

/**
 * Split a line: quotes keep spaces, a backslash keeps the next character. Prosody's calls are words too:
 * `user:create("ann@example.org", "secret")`, also with a colon before.
 * @throws Error a quote that is not closed
 */
export function shellWords(line: string): string[] {
  const call = /^:?\s*([a-z0-9_]+):([a-z0-9_]+)\s*\((.*)\)\s*$/i.exec(line.trim());
  if (call === null) return split(line, /\s/);
  const [, section = '', verb = '', values = ''] = call;
  return [section, verb, ...split(values, /[\s,]/)];
}

function split(line: string, separator: RegExp): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  let escaped = false;
  for (const character of line) {
    if (escaped) {
      word = (word ?? '') + character;
      escaped = false;
    } else if (character === '\\') escaped = true;
    else if (quote !== undefined) {
      if (character === quote) quote = undefined;
      else word = (word ?? '') + character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (separator.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + character;
  }
  if (quote !== undefined) throw new Error(`a ${quote} is not closed`);
  if (word !== undefined) words.push(word);
  return words;
}
