/** Writing generated files, and telling whether they are up to date. */
import { readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';

const root = new URL('../', import.meta.url);

/**
 * What a generator script does at its end: format each text and write it where it differs.
 *
 * The command line is read here. With `--check` nothing is written, and the process ends with status 1 and the names of
 * the stale files. `--help` prints `summary`.
 *
 * @param script name of the generator, without `.ts`
 * @param summary one sentence: what it writes, from what
 * @param files path from the root of the repository → text
 */
export async function writeIfChanged(
  script: string,
  summary: string,
  files: ReadonlyMap<string, string>,
): Promise<void> {
  const check = process.argv.includes('--check');
  if (process.argv.includes('--help')) {
    process.stdout.write(
      `usage: node scripts/${script}.ts [--check]\n\n${summary}\n  --check   write nothing; fail if a file is stale\n`,
    );
    return;
  }
  for (const [path, text] of files) {
    const wanted = await formatted(path, text);
    if (wanted === (await current(path))) continue;
    if (check) {
      process.stderr.write(`${path} is stale: run \`node scripts/${script}.ts\` (or \`npm run docs\`)\n`);
      process.exitCode = 1;
    } else {
      await writeFile(new URL(path, root), wanted);
      process.stdout.write(`wrote ${path}\n`);
    }
  }
}

/** As `npm run check` wants it; Markdown and manual pages are left as the generator made them. */
async function formatted(path: string, text: string): Promise<string> {
  if (path.endsWith('.md') || path.endsWith('.1')) return text;
  const config = await resolveConfig(new URL(path, root));
  return await format(text, { ...config, filepath: path });
}

async function current(path: string): Promise<string | undefined> {
  try {
    return await readFile(new URL(path, root), 'utf8');
  } catch {
    return undefined; // not generated yet
  }
}
