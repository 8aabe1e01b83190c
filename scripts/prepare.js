// What npm runs at the end of `npm ci` and before it packs. Plain JavaScript: it runs on whatever Node.js is there.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const HELP = `usage: node scripts/prepare.js

Makes a fresh checkout runnable: links the Node.js that npm installed, and builds dist.
`;

const root = fileURLToPath(new URL('..', import.meta.url));
const modules = `${root}node_modules/`;

/**
 * Link the Node.js of this platform as node_modules/.bin/node, which npm puts first on PATH for scripts.
 *
 * COMPAT(npm 10, 2026-11): it installs the right package, and then removes its link together with the packages for
 * other platforms, whose commands have the same name.
 */
function linkNode() {
  const link = `${modules}.bin/node`;
  if (process.platform === 'win32' || existsSync(link)) return;
  const { optionalDependencies } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
  const name = Object.keys(optionalDependencies).find((it) => existsSync(`${modules}${it}/bin/node`));
  if (name === undefined) return;
  rmSync(link, { force: true });
  symlinkSync(`../${name}/bin/node`, link);
}

/** Build, unless the compiler was left out (`npm ci --omit=dev`) and what came with the checkout has to do. */
function build() {
  const { status } = spawnSync(process.execPath, [`${modules}typescript/bin/tsc`, '--version'], { stdio: 'ignore' });
  if (status !== 0) {
    process.stdout.write('dist is not built: the TypeScript compiler is not installed\n');
    return;
  }
  process.exitCode = spawnSync(process.execPath, [`${root}scripts/build.js`], { stdio: 'inherit' }).status ?? 1;
}

if (process.argv.includes('--help')) {
  process.stdout.write(HELP);
} else {
  linkNode();
  build();
}
