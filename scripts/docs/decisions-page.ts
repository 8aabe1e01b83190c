/** `docs/decisions/README.md`: the index of the decisions. */
import { notice } from './markdown.ts';

/**
 * The page.
 * @param texts name of the file → its text
 * @throws {Error} on a text without a heading
 */
export function decisionsPage(texts: ReadonlyMap<string, string>): string {
  const items = [...texts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, text]) => {
      const title = /^# (.+)$/m.exec(text)?.[1];
      if (title === undefined) throw new Error(`docs/decisions/${name} has no heading`);
      return `* [${name.replace(/\.md$/, '')}](${name}): ${title}\n`;
    });
  return `${notice('the files of this folder')}
# Decisions

Choices that could have gone another way, each on half a page: the question, what was decided, and why.

${items.join('')}`;
}
