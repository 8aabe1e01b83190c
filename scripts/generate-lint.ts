/** Writes `.oxlintrc.json`: the rules of `lint-rules.ts` and, for each layer of `layers.ts`, what it may not import. */
import { writeIfChanged } from './generated-file.ts';
import { INTERFACES, LAYERS, PUBLIC_API, WIRING, type Layer } from './layers.ts';
import { DEFAULT_EXPORTS, JAVASCRIPT_RULES, RULES, SOURCE_RULES, TEST_RULES } from './lint-rules.ts';

/**
 * One entry of the rule `no-restricted-imports`: globs in the manner of .gitignore. What one entry excepts with `!` is
 * allowed by the other entries too, so an exception must be exact.
 */
interface Pattern {
  readonly group: readonly string[];
  readonly message: string;
}

/** The whole configuration as oxlint reads it. */
export function lintConfiguration(): object {
  return {
    $schema: './node_modules/oxlint/configuration_schema.json',
    plugins: ['typescript', 'import', 'unicorn', 'oxc', 'promise', 'node'],
    categories: { correctness: 'error' },
    options: { typeAware: true },
    ignorePatterns: ['node_modules/**', 'dist/**', 'coverage/**'],
    rules: RULES,
    overrides: [
      { files: ['src/**/*.ts'], rules: SOURCE_RULES },
      // Plain JavaScript, which old versions of Node.js read too: no types to go by.
      { files: ['**/*.js'], rules: JAVASCRIPT_RULES },
      { files: ['**/*.test.ts'], rules: TEST_RULES },
      { files: DEFAULT_EXPORTS, rules: { 'import/no-default-export': 'off' } },
      ...LAYERS.flatMap(overridesOf),
      override(['src/*.ts'], [...layerPatterns(PUBLIC_API, true), OUTSIDE]),
    ],
  };
}

const OUTSIDE: Pattern = {
  group: ['**/test/**', '**/bench/**', '**/scripts/**', '**/dist/**', '**/src/**', 'couplet', 'couplet/**'],
  message: 'src imports only from src, by relative path',
};

/** For the code of a layer and, less strict, for its tests, which may look behind interfaces. */
function overridesOf(layer: Layer): object[] {
  const strict = !WIRING.includes(layer.name);
  const files = `src/${layer.name}/**/*.ts`;
  const tests = [`src/${layer.name}/**/*.test.ts`, `src/${layer.name}/**/conformance/**/*.ts`];
  const forTests = override(tests, layerPatterns(layer, false));
  if (layer.name !== 'modules') return [override([files], [...layerPatterns(layer, strict), OUTSIDE]), forTests];
  // The path to another module depends on how deep the importing file lies.
  const byDepth = [1, 2, 3].map((depth) =>
    override(
      [`src/modules/${'*/'.repeat(depth)}*.ts`],
      [otherModules('../'.repeat(depth)), ...layerPatterns(layer, strict), OUTSIDE],
    ),
  );
  return [...byDepth, forTests];
}

/** What `layer` may not import. `interfacesOnly`: of layers with interface files it sees nothing else. */
function layerPatterns(layer: Layer, interfacesOnly: boolean): Pattern[] {
  const allowed = layer.mayImport.length === 0 ? 'no other layer' : layer.mayImport.join(', ');
  const patterns: Pattern[] = [];
  for (const other of LAYERS) {
    if (other.name === layer.name) continue;
    const files = visibleFiles(layer, other.name, interfacesOnly);
    if (files === 'all') continue;
    patterns.push({
      group: [`**/${other.name}/**`, ...files.map((file) => `!**/${other.name}/${file}`)],
      message:
        files.length === 0
          ? `src/${layer.name} may import: ${allowed}`
          : `src/${layer.name} may import of src/${other.name} only: ${files.join(', ')}`,
    });
  }
  return patterns;
}

/** The files of `other` that `layer` may import. */
function visibleFiles(layer: Layer, other: string, interfacesOnly: boolean): 'all' | readonly string[] {
  if (layer.mayImport.includes(other)) return (interfacesOnly ? INTERFACES[other] : undefined) ?? 'all';
  return layer.mayImport.filter((name) => name.startsWith(`${other}/`)).map((name) => name.slice(other.length + 1));
}

/** Of other modules only the service; `up` leads from the importing file to the folder of modules. */
function otherModules(up: string): Pattern {
  return {
    group: [`${up}[a-z]*/**`, `!${up}[a-z]*/service.ts`, '**/modules/**'],
    message: 'a module imports of another module only its service.ts',
  };
}

function override(files: readonly string[], patterns: readonly Pattern[]): object {
  return { files, rules: { 'no-restricted-imports': ['error', { patterns }] } };
}

if (import.meta.main) {
  await writeIfChanged(
    'generate-lint',
    'Writes .oxlintrc.json from scripts/layers.ts and scripts/lint-rules.ts.',
    new Map([['.oxlintrc.json', JSON.stringify(lintConfiguration())]]),
  );
}
