/** Merges the fragments of `changes.d` into the text of a release. */
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const HELP = `usage: node scripts/release-notes.ts [--release VERSION]

Shows what changes.d says about the next release.
  --release VERSION   put it at the top of CHANGELOG.md under that version and today's date, and delete the fragments
`;

/** Ending of a fragment's name → heading, in the order of the changelog. */
const SECTIONS: ReadonlyMap<string, string> = new Map([
  ['security', 'Security'],
  ['breaking', 'Breaking'],
  ['config', 'Config'],
  ['storage', 'Storage'],
  ['added', 'Added'],
  ['fixed', 'Fixed'],
]);

/**
 * The text of a release.
 *
 * @param fragments name of the file → its text
 * @throws {Error} on a name without a section
 */
export function releaseNotes(fragments: ReadonlyMap<string, string>): string {
  const items = new Map<string, string[]>();
  for (const [name, text] of [...fragments].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const section = /^[a-z0-9_-]+\.([a-z]+)\.md$/.exec(name)?.[1] ?? '';
    if (!SECTIONS.has(section)) {
      throw new Error(`changes.d/${name}: not of the form <area>-<what>.<section>.md, see changes.d/README.md`);
    }
    items.set(section, [...(items.get(section) ?? []), `* ${text.trim().replaceAll('\n', '\n  ')}\n`]);
  }
  return [...SECTIONS]
    .filter(([section]) => items.has(section))
    .map(([section, heading]) => `### ${heading}\n\n${(items.get(section) ?? []).join('')}`)
    .join('\n');
}

/** The changelog with a new release on top, below its title. */
export function withRelease(changelog: string, version: string, date: string, notes: string): string {
  const title = '# Changes\n';
  const earlier = changelog.startsWith(title) ? changelog.slice(title.length) : changelog;
  return `${title}\n## ${version} (${date})\n\n${notes}${earlier}`;
}

function main(): void {
  const { values } = parseArgs({ options: { help: { type: 'boolean' }, release: { type: 'string' } } });
  if (values.help === true) {
    process.stdout.write(HELP);
    return;
  }
  const root = fileURLToPath(new URL('..', import.meta.url));
  const names = readdirSync(`${root}changes.d`).filter((name) => name.endsWith('.md') && name !== 'README.md');
  const notes = releaseNotes(new Map(names.map((name) => [name, readFileSync(`${root}changes.d/${name}`, 'utf8')])));
  if (values.release === undefined) {
    process.stdout.write(notes);
    return;
  }
  const path = `${root}CHANGELOG.md`;
  const date = new Date().toISOString().slice(0, 10);
  writeFileSync(path, withRelease(read(path), values.release, date, notes));
  for (const name of names) rmSync(`${root}changes.d/${name}`);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // the first release
  }
}

if (import.meta.main) main();
