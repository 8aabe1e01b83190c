/** Putting source files into pages, so that what a page shows is what is compiled and tested. */

const BLOCK = /^<!-- embed: (\S+) -->\n[^]*?^<!-- \/embed -->$/gm;

/** How the files of the repository and modules of others name the API. */
const OWN_PATH = /'(?:\.\.\/)+src\/module\.ts'/g;
const PACKAGE = "'couplet/module'";

/**
 * The page with each block between `<!-- embed: path -->` and `<!-- /embed -->` made anew. The API is imported under the
 * name that it has for a reader.
 *
 * @param read gives the text of a file, by its path from the root of the repository
 * @throws {Error} on a file that would end the block of code, and on a mark without its counterpart
 */
export function embed(page: string, read: (path: string) => string): string {
  let blocks = 0;
  const made = page.replaceAll(BLOCK, (_, path: string) => {
    blocks++;
    const source = read(path).trim();
    if (source.includes('```')) throw new Error(`${path} cannot be embedded: it has a fence of its own`);
    const language = path.slice(path.lastIndexOf('.') + 1);
    return `<!-- embed: ${path} -->\n\`\`\`${language}\n${source.replaceAll(OWN_PATH, PACKAGE)}\n\`\`\`\n<!-- /embed -->`;
  });
  const marks = page.match(/^<!-- (?:embed: .*|\/embed) -->$/gm)?.length ?? 0;
  if (marks !== 2 * blocks) throw new Error('a mark of an embedded file without its counterpart');
  return made;
}
