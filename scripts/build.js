// Makes dist from src: the programs as few files, which start faster and in less memory than one file a source does, and
// the types of the public API. Plain JavaScript: `npm ci` calls it on whatever Node.js is there.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const HELP = `usage: npm run build [-- FOLDER]

Removes FOLDER (dist) and makes it anew from src. Ends with the status of what failed.
`;

const root = fileURLToPath(new URL('..', import.meta.url));

/** What is started or imported by name. All files stand side by side, so that a thread finds its own beside the caller. */
const ENTRIES = {
  couplet: 'src/app/main.ts',
  coupletctl: 'src/cli/main.ts',
  module: 'src/module.ts',
  'lua-thread': 'src/config/lua/lua-thread.ts',
  'storage-thread': 'src/storage/sql/sqlite/storage-thread.ts',
};

/** Types: the compiler says no to what does not fit. */
function declare(folder) {
  const compiler = `${root}node_modules/typescript/bin/tsc`;
  const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--outDir', folder], {
    cwd: root,
    stdio: 'inherit',
  });
  return status ?? 1;
}

async function bundle(folder) {
  const build = await rolldown({ cwd: root, input: ENTRIES, platform: 'node', external: /^(?!\.|\/|zod)/ });
  await build.write({ dir: folder, chunkFileNames: '[name]-[hash].js', keepNames: true });
  await build.close();
}

const [argument = 'dist'] = process.argv.slice(2);
if (argument.startsWith('-')) {
  process.stdout.write(HELP);
} else {
  const folder = resolve(root, argument);
  rmSync(folder, { recursive: true, force: true });
  process.exitCode = declare(folder);
  if (process.exitCode === 0) await bundle(folder);
}
