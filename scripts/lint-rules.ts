/** The lint rules that are the same for every folder; those about imports come from `layers.ts`. */

/** Configuration of oxlint's rules: a severity, or a severity and options. */
export type Rules = Readonly<Record<string, string | readonly unknown[]>>;

/** For all code. */
export const RULES: Rules = {
  // Every await has an owner.
  'typescript/no-floating-promises': 'error',
  'typescript/no-misused-promises': 'error',
  'typescript/await-thenable': 'error',
  'typescript/return-await': ['error', 'error-handling-correctness-only'],
  'no-async-promise-executor': 'error',
  // Types are what the compiler proved.
  'typescript/no-explicit-any': 'error',
  'typescript/no-unsafe-argument': 'error',
  'typescript/no-unsafe-assignment': 'error',
  'typescript/no-unsafe-call': 'error',
  'typescript/no-unsafe-member-access': 'error',
  'typescript/no-unsafe-return': 'error',
  'typescript/no-unsafe-function-type': 'error',
  'typescript/no-non-null-assertion': 'error',
  'typescript/consistent-type-assertions': ['error', { assertionStyle: 'never' }],
  'typescript/ban-ts-comment': 'error',
  'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
  'typescript/only-throw-error': 'error',
  'typescript/no-misused-spread': ['error', { allow: ['string'] }], // a string's code points are meant
  // Files say what they need and what they give.
  'import/no-cycle': 'error',
  'import/no-default-export': 'error',
  'typescript/consistent-type-imports': ['error', { disallowTypeAnnotations: true }],
  'unicorn/filename-case': ['error', { case: 'kebabCase' }],
  // The usual traps.
  eqeqeq: ['error', 'always'],
  'no-var': 'error',
  'prefer-const': 'error',
  'no-eval': 'error',
  'unicorn/no-useless-spread': 'off', // a list in groups reads well
  'typescript/no-meaningless-void-operator': 'off', // `void` also says that a handler answers nothing
  'promise/no-callback-in-promise': 'off', // it takes every parameter that is called for a callback of Node's
  'no-misleading-character-class': ['error', { allowEscape: true }], // XML's ranges hold joiners, written as escapes
  'unicorn/no-new-array': 'off', // new Array(n) is how a table of known size is made
  'no-new-func': 'error',
};

/** Code of the server itself: it logs instead of printing to a console. */
export const SOURCE_RULES: Rules = { 'no-console': 'error' };

/** Tests: matchers are of type any, and spies are named without their object. */
export const TEST_RULES: Rules = { 'typescript/no-unsafe-assignment': 'off', 'typescript/unbound-method': 'off' };

/** Plain JavaScript, which old versions of Node.js must be able to read: there are no types to go by. */
export const JAVASCRIPT_RULES: Rules = {
  ...Object.fromEntries(
    Object.keys(RULES)
      .filter((name) => name.startsWith('typescript/no-unsafe-'))
      .map((name) => [name, 'off']),
  ),
  'no-var': 'off',
};

/** Files whose default export somebody else expects: modules, reporters, configuration of tools. */
export const DEFAULT_EXPORTS = ['src/modules/*/*.ts', '*.config.ts', 'test/support/*-reporter.ts', 'examples/**'];
