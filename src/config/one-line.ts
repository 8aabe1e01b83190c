/** Texts of configurations inside of messages. */

/** The text on one line: what it names cannot begin a line of its own in a log or among other mistakes. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}
