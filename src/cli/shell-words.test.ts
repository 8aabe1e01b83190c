import { expect, test } from 'vitest';
import { shellWords } from './shell-words.ts';

test.each([
  ['  user   create a@b pw ', ['user', 'create', 'a@b', 'pw']],
  [`user create a@b 'p w' "x \\" y"`, ['user', 'create', 'a@b', 'p w', 'x " y']],
  ['announce h ""', ['announce', 'h', '']],
  ['user:create("a@b", "p, w")', ['user', 'create', 'a@b', 'p, w']],
  [":c2s:close('a@b')", ['c2s', 'close', 'a@b']],
  ['server:uptime()', ['server', 'uptime']],
  ['a\\ b', ['a b']],
  ['', []],
])('%j', (line, words) => {
  expect(shellWords(line)).toEqual(words);
});

test('a quote that is not closed', () => {
  expect(() => shellWords('say "hello')).toThrow('a " is not closed');
});
