import { describe, expect, test } from 'vitest';
import { coveragePage, problemsOf, readClaims, readList } from './generate-coverage.ts';

const LIST = '# A document\n\na-1 | 1 | The first.\na-2 | 2 | The second. | later: TLS\n';
const MARK = '// covers:';

describe('lists', () => {
  test('rules, comments and what waits', () => {
    expect(readList('l.txt', LIST)).toEqual({
      path: 'l.txt',
      title: 'A document',
      rules: [
        { id: 'a-1', section: '1', text: 'The first.', later: undefined },
        { id: 'a-2', section: '2', text: 'The second.', later: 'TLS' },
      ],
      problems: [],
    });
  });

  test.each([
    'a-1',
    'a-1 | 1',
    'a-1 | | text',
    'a-1 | 1 | text | TLS',
    'a-1 | 1 | text | later:',
    'A 1 | 1 | text',
    'a | 1 | t | later: x | y',
  ])('%s is no rule', (line) => {
    expect(readList('l.txt', `# t\n${line}`).problems).toEqual([expect.stringContaining('l.txt:2: not')]);
  });
});

test('the rules that a test names', () => {
  const source = `${MARK} a-1 a-2\ntest('x', () => {\n  ${MARK} b-1,b-2\n});\nconst s = '${MARK} c';\n`;
  expect(readClaims('x.test.ts', source)).toEqual({ path: 'x.test.ts', ids: ['a-1', 'a-2', 'b-1', 'b-2'] });
});

describe('problems', () => {
  const list = readList('l.txt', LIST);

  test.each([
    [['a-1'], []],
    [[], ['a-1: no test names it']],
    [['a-1', 'a-3'], ["x: no rule 'a-3'"]],
    [['a-1', 'a-2'], ["a-2: a test names it, so it waits for 'TLS' no longer"]],
  ])('%j', (ids, problems) => {
    expect(problemsOf([list], [{ path: 'x', ids }])).toEqual(problems);
  });

  test('a rule listed twice, and a line that is none', () => {
    expect(
      problemsOf([list, readList('m.txt', '# t\na-2 | 2 | x | later: y\nz')], [{ path: 'x', ids: ['a-1'] }]),
    ).toEqual([expect.stringContaining('m.txt:3: not'), 'a-2: listed twice']);
  });
});

test('the page', () => {
  const page = coveragePage(
    [readList('l.txt', LIST)],
    [
      { path: 'test/dialogues/x/y.xmpp', ids: ['a-1'] },
      { path: 'src/z.test.ts', ids: ['a-1'] },
    ],
  );
  expect(page).toContain('## A document\n\n2 rules: 1 tested, 1 later.');
  expect(page).toContain('| 1 | The first. | [y](../test/dialogues/x/y.xmpp), [z.test.ts](../src/z.test.ts) |');
  expect(page).toContain('| 2 | The second. | later: TLS |');
});
