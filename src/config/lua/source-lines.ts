/** Finds where in a file something was written that the program only knows the end of. */

/** Lines of a file, for messages. */
export class SourceLines {
  readonly #lines: readonly string[];

  constructor(text: string) {
    this.#lines = text.split('\n');
  }

  /** The line where an option is set that Lua says is set at `line`, which is the last of its value. */
  start(option: string, line: number): number {
    const assignment = new RegExp(`(^|[^\\w.])${option.replace(/\W/g, '\\$&')}\\s*($|=(?!=)|[:{("'])`);
    for (let at = line; at > 0; at--) if (assignment.test(this.#lines[at - 1] ?? '')) return at;
    return line;
  }

  /** The line between both where a value or a name inside an option is written; `from` if it cannot be seen. */
  find(words: readonly string[], from: number, to: number): number {
    let found = from;
    for (const word of words) {
      for (let at = found; at <= to; at++) {
        const text = this.#lines[at - 1] ?? '';
        const index = text.indexOf(word);
        if (index < 0 || /\w/.test(text[index - 1] ?? '') || /\w/.test(text[index + word.length] ?? '')) continue;
        found = at;
        break;
      }
    }
    return found;
  }
}
