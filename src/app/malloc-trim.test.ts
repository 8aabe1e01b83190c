import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';

const MODULE = new URL('./malloc-trim.ts', import.meta.url).href;

test('it can be called, or is not there; nobody is warned of anything', () => {
  const program = `import { mallocTrim } from '${MODULE}'; const trim = mallocTrim(); trim?.(); console.log(typeof trim)`;
  const output = execFileSync('sh', ['-c', '"$0" --input-type=module --eval "$1" 2>&1', process.execPath, program], {
    encoding: 'utf8',
  });
  const known = process.platform === 'linux' && 'libffi' in process.versions && !existsSync('/etc/alpine-release');
  expect(output).toMatch(known ? /^function\n$/ : /^(function|undefined)\n$/);
});
