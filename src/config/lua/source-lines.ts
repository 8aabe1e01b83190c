/** Finds where in a file something was written that the program only knows the end of. */

/** Lines of a file, for messages. */
export class SourceLines {
  readonly #lines: readonly string[];

  constructor(text: string) {
    this.#lines = text.split('\n');
  }

  /** The line where an option is set that Lua says is set at `line`, which is the last of its value. */
  start(option: string, line: number): number {
    return this.#setAt(option, line) || line;
  }

  /**
   * The line where a value or a name inside that option is written; where it is set, if it cannot be seen. What an
   * option had before something was appended to it is found, too.
   */
  find(option: string, words: readonly string[], line: number): number {
    const start = this.start(option, line);
    for (let from = start, to = line; from > 0; to = from - 1, from = this.#setAt(option, to)) {
      const found = this.#search(words, from, to);
      if (found !== undefined) return found;
    }
    return start;
  }

  /** The last line up to `line` where the option is set; 0 if there is none. */
  #setAt(option: string, line: number): number {
    const assignment = new RegExp(`(^|[^\\w.])${option.replace(/\W/g, '\\$&')}\\s*($|=(?!=)|[:{("'])`);
    let at = Math.min(line, this.#lines.length);
    while (at > 0 && !assignment.test(this.#lines[at - 1] ?? '')) at--;
    return at;
  }

  /** The line between both of the last word, after those before it; `undefined` if it is not there. */
  #search(words: readonly string[], from: number, to: number): number | undefined {
    let found = from;
    let isSeen = true;
    for (const word of words) {
      isSeen = false;
      for (let at = found; at <= to && !isSeen; at++) {
        const text = this.#lines[at - 1] ?? '';
        const index = text.indexOf(word);
        if (index < 0 || /\w/.test(text[index - 1] ?? '') || /\w/.test(text[index + word.length] ?? '')) continue;
        found = at;
        isSeen = true;
      }
    }
    return isSeen ? found : undefined;
  }
}
