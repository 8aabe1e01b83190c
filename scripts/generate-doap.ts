/** Writes docs/couplet.doap, the description of the project for programs (XEP-0453), from the definitions of the modules. */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { PRODUCT } from '../src/host/product.ts';
import { doap } from './docs/doap.ts';
import { allModules } from './docs/manifests.ts';

const PATH = 'docs/couplet.doap';

const HELP = `usage: node scripts/generate-doap.ts [--check]

Writes ${PATH} from the definitions of the modules.
  --check   write nothing; fail if the file is stale
`;

const root = new URL('../', import.meta.url);
const manifest = z.object({ description: z.string(), license: z.string() });

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { help: { type: 'boolean' }, check: { type: 'boolean' } } });
  if (values.help === true) {
    process.stdout.write(HELP);
    return;
  }
  const about = manifest.parse(JSON.parse(readFileSync(new URL('package.json', root), 'utf8')));
  const text = doap({ name: PRODUCT, ...about }, await allModules());
  if (text === current()) return;
  if (values.check === true) {
    process.stderr.write(`${PATH} is stale: run \`node scripts/generate-doap.ts\` (or \`npm run docs\`)\n`);
    process.exitCode = 1;
  } else {
    writeFileSync(new URL(PATH, root), text);
    process.stdout.write(`wrote ${PATH}\n`);
  }
}

function current(): string | undefined {
  try {
    return readFileSync(new URL(PATH, root), 'utf8');
  } catch {
    return undefined; // not generated yet
  }
}

if (import.meta.main) await main();
