/** Writes the generated pages of `docs`: modules, options, events, XEPs, defaults, decisions, embedded examples, options. */
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CHECKS } from '../src/app/check/checks.ts';
import { COMMANDS } from '../src/cli/commands.ts';
import { VARIABLES } from '../src/config/environment/variables.ts';
import { configSchema } from './docs/config-schema.ts';
import { checksPage } from './docs/checks-page.ts';
import { decisionsPage } from './docs/decisions-page.ts';
import type { Source } from './docs/declarations.ts';
import { defaultsPage } from './docs/defaults-page.ts';
import { COMPARISONS } from './docs/deviations.ts';
import { embed } from './docs/embed.ts';
import { environmentPage } from './docs/environment-page.ts';
import { eventsPage } from './docs/events-page.ts';
import { withOptions } from './docs/example-options.ts';
import { allModules } from './docs/manifests.ts';
import { manPage } from './docs/man-page.ts';
import { modulesPage } from './docs/modules-page.ts';
import { withNotBuilt } from './docs/not-built.ts';
import { allOperations, operationsPage } from './docs/operations-page.ts';
import { optionsPage } from './docs/options-page.ts';
import { xepsPage } from './docs/xeps-page.ts';
import { writeIfChanged } from './generated-file.ts';
import { sourceFiles } from './source-files.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Pages with embedded files. */
const WITH_EXAMPLES = ['docs/writing-a-module.md'];

/** The pages by their path from the root of the repository. */
async function pages(): Promise<ReadonlyMap<string, string>> {
  const modules = await allModules();
  return new Map([
    ['README.md', withNotBuilt(read('README.md'))],
    ['docs/modules.md', modulesPage(modules)],
    ['docs/options.md', optionsPage(modules)],
    ['docs/events.md', eventsPage(sources())],
    ['docs/xeps.md', xepsPage(modules)],
    ['docs/operations.md', operationsPage(await allOperations())],
    ['docs/checks.md', checksPage(CHECKS)],
    ['docs/coupletctl.1', manPage(COMMANDS)],
    ['docs/defaults.md', defaultsPage(modules, COMPARISONS)],
    ['docs/environment.md', environmentPage(VARIABLES)],
    ['docs/decisions/README.md', decisionsPage(decisions())],
    ['config/couplet.schema.json', JSON.stringify(configSchema(modules))],
    ['config/example.yaml', withOptions(read('config/example.yaml'), modules)],
    ...WITH_EXAMPLES.map((path): [string, string] => [path, embed(read(path), read)]),
  ]);
}

function sources(): ReadonlyMap<string, Source> {
  const paths = sourceFiles(root, ['src'], ['.ts']).filter((path) => !path.endsWith('.test.ts'));
  return new Map(paths.map((path) => [path, { path, text: read(path) }]));
}

function decisions(): ReadonlyMap<string, string> {
  const names = readdirSync(`${root}docs/decisions`).filter((name) => name.endsWith('.md') && name !== 'README.md');
  return new Map(names.map((name) => [name, read(`docs/decisions/${name}`)]));
}

function read(path: string): string {
  return readFileSync(root + path, 'utf8');
}

if (import.meta.main) {
  await writeIfChanged(
    'generate-docs',
    'Writes the pages docs/{modules,options,events,xeps,operations,checks,defaults,environment}.md, docs/coupletctl.1, docs/decisions/README.md\nand config/couplet.schema.json from the code, examples into docs/writing-a-module.md, the modules that are not there yet into README.md, and the options of modules into config/example.yaml.',
    await pages(),
  );
}
