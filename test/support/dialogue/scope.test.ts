import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Scope } from './scope.ts';
import { hasMatcher, parseTemplate } from './template.ts';

function newScope(): Scope {
  return new Scope({
    domain: 'a.test',
    jid: (name) => name.replace(/^([^/]+)/, '$1-7@a.test'),
    local: (name) => `${name}-7`,
    password: (name) => `secret of ${name}`,
  });
}

function render(text: string, bytes = false): string {
  return newScope().render(parseTemplate(text, bytes), bytes);
}

/** The captures as an object, or `undefined`: no match. */
function match(text: string, actual: string, scope = newScope()): Record<string, string> | undefined {
  const captures = scope.match(parseTemplate(text), actual, scope.captures);
  return captures && Object.fromEntries(captures);
}

describe('rendering', () => {
  test.each([
    ['plain', 'plain'],
    ['{{x}}', '{x}'],
    ['{domain}', 'a.test'],
    ['{jid:alice} {jid:alice/desk}', 'alice-7@a.test alice-7@a.test/desk'],
    ['{local:alice}:{password:alice}', 'alice-7:secret of alice'],
    ['{repeat:3:ab}!', 'ababab!'],
    ['{repeat:2:{domain};}', 'a.test;a.test;'],
    ['{base64:\\0{local:a}\\0ü}', Buffer.from('\0a-7\0ü').toString('base64')],
    ['{base64:\\xff}', Buffer.from([255]).toString('base64')],
    ['{base64:}', ''],
  ])('%s', (template, text) => {
    expect(render(template)).toBe(text);
  });

  test('bytes', () => {
    expect(render('\\x00\\xe2{domain}\\\\\\t', true)).toBe('\0\xe2a.test\\\t');
  });

  test('a variable gets one fresh value', () => {
    const scope = newScope();
    const first = scope.render(parseTemplate('{id}'));
    expect(first).not.toBe('');
    expect(scope.render(parseTemplate('<{id}>'))).toBe(`<${first}>`);
    expect(scope.render(parseTemplate('{other}'))).not.toBe(first);
  });

  test.each([
    '{',
    '}',
    '{a',
    'a}',
    '{A}',
    '{repeat:x}',
    '{repeat:x:y}',
    '{jid}',
    '{domain:x}',
    '{any:x}',
    '{resource}',
  ])('%s is no template', (text) => {
    expect(() => parseTemplate(text)).toThrow();
  });

  test('matchers cannot be sent', () => {
    expect(['{any}', '{base64:{any}}', '{repeat:2:{number}}'].map((text) => hasMatcher(parseTemplate(text)))).toEqual([
      true,
      true,
      true,
    ]);
    expect(hasMatcher(parseTemplate('{id}{domain}'))).toBe(false);
  });
});

describe('matching', () => {
  test.each([
    ['', '', {}],
    ['', 'x', undefined],
    ['a.test', '{domain}', undefined],
    ['{domain}', 'a.test', {}],
    ['{any}', '', undefined],
    ['{any}', 'x y', {}],
    ['<{any}>', '<x>', {}],
    ['<{any}>', '<>', undefined],
    ['ab{any}bc', 'abc', undefined],
    ['{number}', '0123', {}],
    ['{number}', '-1', undefined],
    ['{number}', '', undefined],
    ['{resource:alice}', 'alice-7@a.test/x', {}],
    ['{resource:alice}', 'alice-7@a.test/', undefined],
    ['{resource:alice}', 'alice-7@a.test', undefined],
    ['{resource:alice}', 'bob-7@a.test/x', undefined],
    ['{id}', 'x', { id: 'x' }],
    ['{id}', '', undefined],
    ['{jid:alice}/{r}', 'alice-7@a.test/desk', { r: 'desk' }],
    ['{timestamp}', 'yesterday', undefined],
    ['{timestamp}', '2002-09-10T23:08:25Z', undefined],
    ['{timestamp}', '', undefined],
  ])('%j against %j', (template, actual, captures) => {
    expect(match(template, actual)).toEqual(captures);
  });

  test('a timestamp of now', () => {
    expect(match('{timestamp}', new Date().toISOString())).toEqual({});
    expect(match('{timestamp}', new Date(Date.now() + 600_000).toISOString())).toBeUndefined();
  });

  test('a captured value has to come again', () => {
    const scope = newScope();
    scope.commit(new Map([['id', 'x']]));
    expect(match('{id}', 'x', scope)).toEqual({ id: 'x' });
    expect(match('{id}', 'y', scope)).toBeUndefined();
    expect(scope.show(parseTemplate('{id}-{any}-{new}'))).toBe('x-{any}-{new}');
  });

  test('variables of different names have different values', () => {
    const scope = newScope();
    scope.commit(new Map([['first', 'x']]));
    expect(match('{second}', 'x', scope)).toBeUndefined();
    expect(match('{second}', 'y', scope)).toEqual({ first: 'x', second: 'y' });
  });

  test('a failed match captures nothing', () => {
    const scope = newScope();
    match('{id}', 'x', scope);
    expect(scope.captures.size).toBe(0);
  });

  test('two placeholders of unknown length are refused', () => {
    expect(() => match('{any}{any}', 'xy')).toThrow('only one placeholder');
  });

  test('what a template renders, it matches', () => {
    const part = fc.oneof(
      fc.string().map((text) => text.replaceAll('{', '{{').replaceAll('}', '}}')),
      fc.constantFrom('{domain}', '{jid:a}', '{jid:a/b}', '{local:a}', '{base64:\\0x}', '{repeat:2:z}', '{id}'),
    );
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const scope = newScope();
        const template = parseTemplate(parts.join(''));
        expect(scope.match(template, scope.render(template), scope.captures)).toBeDefined();
      }),
    );
  });
});
