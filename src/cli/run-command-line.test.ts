import { expect, test } from 'vitest';
import { VERSION } from '../host/product.ts';
import { runCommandLine } from './run-command-line.ts';

async function run(...words: string[]): Promise<{ status: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const status = await runCommandLine(words, {
    program: 'prosodyctl',
    out: (text) => (out += text),
    err: (text) => (err += text),
    ask: () => Promise.reject(new Error('asked')),
    interactive: false,
  });
  return { status, out, err };
}

test.each(['--version', 'version'])('%s', async (word) => {
  expect(await run(word)).toEqual({
    status: 0,
    out: `Couplet ${VERSION} on Node.js ${process.versions.node}\n`,
    err: '',
  });
});

test.each(['--help', '-h', 'help'])('%s lists every command', async (word) => {
  const { status, out } = await run(word);
  expect(status).toBe(0);
  expect(out).toMatch(/^usage: prosodyctl \[OPTION…\] COMMAND/);
  expect(out).toMatch(/^ {2}version +\S/m);
});

test('--help on every level', async () => {
  expect((await run('user', '--help')).out).toMatch(/^ {2}user create JID \[PASSWORD\] +\S/m);
  expect((await run('user', 'create', '--help')).out).toMatch(
    /^usage: prosodyctl \[OPTION…\] user create JID \[PASSWORD\] \[ROLE\]\n/,
  );
  expect((await run('audit', '-h')).out).toMatch(/^ {2}--since TIME +from then on$/m);
  expect((await run('user', 'delete', '--help')).out).toContain('user delete JID');
  expect(await run('nothing', '--help')).toMatchObject({ status: 1, out: '' });
});

test.each([
  ['bash', /^ +'user'\) words='[^']*\bcreate\b/m],
  ['zsh', /^#compdef prosodyctl\n/],
  ['fish', /^complete -c prosodyctl -n 'test \(__prosodyctl_words\) = "audit"' -l since$/m],
])('completion %s', async (shell, line) => {
  const { status, out } = await run('completion', shell);
  expect(status).toBe(0);
  expect(out).toMatch(line);
});

test('no command at all shows how to call it, as an error', async () => {
  const { status, out, err } = await run();
  expect({ status, out }).toEqual({ status: 1, out: '' });
  expect(err).toMatch(/^usage: prosodyctl \[OPTION…\] COMMAND/);
});

test('an unknown command', async () => {
  expect(await run('frobnicate', '--version')).toEqual({
    status: 1,
    out: '',
    err: 'prosodyctl: unknown command: frobnicate (see prosodyctl help)\n',
  });
});

test.each([
  [['adusser', 'a@b'], 'unknown command: adusser; did you mean "adduser"? (see prosodyctl help)'],
  [['user', 'improt', 'x'], 'unknown command: user improt; did you mean "import"? (see prosodyctl help user)'],
  [['log'], 'log: one of list, level (see prosodyctl help log)\n'],
  [['adduser'], 'usage: prosodyctl adduser JID'],
  [['adduser', 'a@b', 'secret'], 'usage: prosodyctl adduser JID'],
  [['register', 'a'], 'usage: prosodyctl register USER HOST [PASSWORD]'],
  [['status', '--if-missing'], 'status takes no --if-missing'],
  [['status', '--nonsense'], "Unknown option '--nonsense'\n"],
  [['status', '--jsno'], `Unknown option '--jsno'; did you mean "--json"?\n`],
  [['status', '--config'], "Option '--config <value>' argument missing\n"],
  [['passwd', 'a@b', '--password-file', '/nonexistent/x'], '/nonexistent/x: no such file or directory\n'],
  [
    ['status', '--config', '/nonexistent/x.yaml'],
    'the configuration cannot be read: /nonexistent/x.yaml: no such file or directory\n',
  ],
  [['adduser', 'nobody'], '"nobody" is not the address of an account: NAME@HOST'],
])('%j is refused: %s', async (words, message) => {
  const { status, out, err } = await run(...words);
  expect({ status, out }).toEqual({ status: 1, out: '' });
  expect(err).toContain(`prosodyctl: ${message}`);
});
