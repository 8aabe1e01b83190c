/** Is package-lock.json such that `npm ci` works everywhere? */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { report } from './report.ts';

const HELP = `usage: node scripts/check-lock.ts

Fails where package.json or package-lock.json could make \`npm ci\` fail or differ on another machine: a version that is
not exact, a dependency or a platform's binding that the lock file lacks, an entry without integrity, the address of
a registry, or an install script that allowScripts does not name (npm 12 does not run it then).
`;

const versions = z.record(z.string(), z.string()).default({});

const sections = { dependencies: versions, devDependencies: versions, optionalDependencies: versions };

const manifest = z.object({
  ...sections,
  overrides: versions,
  allowScripts: z.record(z.string(), z.boolean()).default({}),
});

const entry = z.object({
  ...sections,
  version: z.string().optional(),
  resolved: z.string().optional(),
  integrity: z.string().optional(),
  hasInstallScript: z.boolean().default(false),
  peerDependencies: versions,
  peerDependenciesMeta: z.record(z.string(), z.object({ optional: z.boolean().default(false) })).default({}),
});

const lock = z.object({ lockfileVersion: z.literal(3), packages: z.record(z.string(), entry) });

type Packages = Readonly<Record<string, z.infer<typeof entry>>>;

const EXACT = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/;

/** What is wrong, one line each. The parameters are the two files, parsed. */
export function lockProblems(packageJson: unknown, packageLock: unknown): string[] {
  const { allowScripts, ...wanted } = manifest.parse(packageJson);
  const { packages } = lock.parse(packageLock);
  const root = packages[''];
  if (root === undefined) return ['package-lock.json has no entry for the package itself'];
  return [
    ...Object.entries(wanted).flatMap(([section, list]) => inexact(section, list)),
    ...differing('dependencies', wanted.dependencies, root.dependencies),
    ...differing('devDependencies', wanted.devDependencies, root.devDependencies),
    ...differing('optionalDependencies', wanted.optionalDependencies, root.optionalDependencies),
    ...Object.keys(packages).flatMap((path) => entryProblems(path, packages, allowScripts)),
  ];
}

type Versions = Readonly<Record<string, string>>;

function inexact(section: string, list: Versions): string[] {
  return Object.entries(list)
    .filter(([, version]) => !EXACT.test(version))
    .map(([name, version]) => `package.json: ${section}.${name} is "${version}", not an exact version`);
}

function differing(section: string, wanted: Versions, locked: Versions): string[] {
  return [...new Set([...Object.keys(wanted), ...Object.keys(locked)])]
    .filter((name) => wanted[name] !== locked[name])
    .map((name) => `package-lock.json differs from package.json in ${section}.${name}: run \`npm install\``);
}

function entryProblems(path: string, packages: Packages, allowed: Readonly<Record<string, boolean>>): string[] {
  const it = packages[path];
  if (it === undefined) return [];
  const where = `package-lock.json: ${path || 'the package'}`;
  const problems: string[] = [];
  if (path !== '' && it.integrity === undefined) problems.push(`${where} has no integrity`);
  if (it.resolved !== undefined) problems.push(`${where} names where it came from: ${it.resolved}`);
  if (it.hasInstallScript && allowed[nameOf(path)] !== true) {
    problems.push(`${where} has an install script that allowScripts does not name: npm 12 does not run it`);
  }
  const peers = Object.keys(it.peerDependencies).filter((name) => it.peerDependenciesMeta[name]?.optional !== true);
  const own = path === '' ? Object.keys(it.devDependencies) : [];
  for (const name of [...Object.keys(it.dependencies), ...Object.keys(it.optionalDependencies), ...peers, ...own]) {
    if (!isLocked(path, name, packages)) problems.push(`${where} needs ${name}, which is missing`);
  }
  return problems;
}

/** Name of the package at a path. */
function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

/** Is there an entry for `name` where the package at `path` would look for it? */
function isLocked(path: string, name: string, packages: Packages): boolean {
  for (let folder = path; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    if (`${folder === '' ? '' : `${folder}/`}node_modules/${name}` in packages) return true;
    if (folder === '') return false;
  }
}

function parsed(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

if (import.meta.main) report(HELP, () => lockProblems(parsed('package.json'), parsed('package-lock.json')));
