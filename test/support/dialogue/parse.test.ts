import { describe, expect, test } from 'vitest';
import { parseDialogue } from './parse.ts';

const HEADER = 'title: t\nusers: alice bob@b.test\nabsent: nobody\n---\n';

function stepsOf(steps: string) {
  return parseDialogue('x.xmpp', HEADER + steps).steps.map(({ action }) => action);
}

describe('header', () => {
  test('all keys', () => {
    const dialogue = parseDialogue(
      'x.xmpp',
      [
        '# a comment',
        'title: A title: with a colon',
        'covers: a-1 b-2,',
        '  c-3',
        'hosts: a.test b.test',
        'users: alice carol@b.test',
        'absent: nobody',
        'option: c2s_timeout = 1.5',
        'option: conflict_resolve = "random"',
        'option: hide_os_type = true',
        'without: offline mam',
        'with: csi',
        'transport: tcp',
        'prosody: differs because it is another server',
        '---',
        'alice connects',
      ].join('\n'),
    );
    expect(dialogue).toMatchObject({
      title: 'A title: with a colon',
      covers: ['a-1', 'b-2', 'c-3'],
      hosts: ['a.test', 'b.test'],
      options: { c2s_timeout: 1.5, conflict_resolve: 'random', hide_os_type: true },
      without: ['offline', 'mam'],
      with: ['csi'],
      transports: ['tcp'],
      onProsody: 'fails',
    });
    expect(dialogue.accounts).toEqual(
      new Map([
        ['alice', { name: 'alice', domain: 'a.test', absent: false }],
        ['carol@b.test', { name: 'carol', domain: 'b.test', absent: false }],
        ['nobody', { name: 'nobody', domain: 'a.test', absent: true }],
      ]),
    );
  });

  test('what is not said', () => {
    const dialogue = parseDialogue('x.xmpp', 'title: t\n---\nconn connects raw\n');
    expect(dialogue).toMatchObject({ covers: [], options: {}, without: [], with: [], onProsody: 'passes' });
    expect(dialogue.transports).toEqual(['tcp', 'websocket', 'bosh']);
    expect(dialogue.hosts[0]).toBe('localhost');
  });

  test.each([
    ['title: t\nalice connects\n', 'x.xmpp:1: no line'],
    ['covers: a\n---\nalice connects\n', 'x.xmpp:1: no title'],
    ['title: t\ncolour: red\n---\nalice connects\n', "x.xmpp:2: 'colour: red'"],
    ['title: t\n\noption: a\n---\nalice connects\n', "x.xmpp:3: 'a'"],
    ['title: t\noption: a = [1]\n---\nalice connects\n', "x.xmpp:2: 'a = [1]'"],
    ['title: t\nprosody: is odd\n---\nalice connects\n', "x.xmpp:2: 'prosody:'"],
    ['title: t\ntransport: pigeon\n---\nalice connects\n', "'pigeon' is none of"],
    ['title: t\n---\n\n', 'x.xmpp:2: no steps'],
  ])('%j', (source, message) => {
    expect(() => parseDialogue('x.xmpp', source)).toThrow(message);
  });
});

describe('steps', () => {
  test.each([
    ['alice/desk connects', { kind: 'connect', level: 'available', priority: 0 }],
    ['alice connects bound', { kind: 'connect', level: 'bound' }],
    ['conn connects raw at b.test', { kind: 'connect', level: 'raw', domain: 'b.test' }],
    ['alice/desk connects with priority -5', { kind: 'connect', level: 'available', priority: -5 }],
    ['bob@b.test/x opens a stream to c.test', { kind: 'open', domain: 'c.test' }],
    ['alice authenticates', { kind: 'authenticate', mechanism: 'SCRAM-SHA-1' }],
    ['alice authenticates with PLAIN', { kind: 'authenticate', mechanism: 'PLAIN' }],
    ['c tries SCRAM-SHA-256 as bob with a wrong password', { kind: 'try-scram', user: 'bob', rightPassword: false }],
    ['alice sends:\n  <presence/>', { kind: 'send', how: 'xml' }],
    ['alice sends raw:\n  <presence', { kind: 'send', how: 'raw' }],
    ['alice sends raw, byte by byte:\n  x', { kind: 'send', how: 'bytewise' }],
    ['alice sends raw, unfinished:\n  x', { kind: 'send', how: 'unfinished' }],
    ['alice receives:\n  <presence/>', { kind: 'receive', anyOrder: false }],
    ['alice receives in any order:\n  <presence/>\n  <iq/>', { kind: 'receive', anyOrder: true }],
    ['alice receives stream error conflict', { kind: 'receive-error', conditions: ['conflict'] }],
    ['alice receives stream error a or b-c', { kind: 'receive-error', conditions: ['a', 'b-c'] }],
    ['alice receives stream end', { kind: 'receive-end' }],
    ['alice receives nothing', { kind: 'receive-nothing' }],
    ['alice is disconnected', { kind: 'disconnected' }],
    ['alice closes the stream', { kind: 'close' }],
    ['alice ends its output', { kind: 'end-output' }],
    ['alice drops the connection', { kind: 'drop' }],
  ])('%s', (text, action) => {
    expect(stepsOf(text)).toMatchObject([action]);
  });

  test('comments and empty lines between steps', () => {
    expect(
      stepsOf('\nalice connects\n# why\n\nalice sends:\n\n  <presence/>\n\n# why not\nalice drops the connection\n'),
    ).toHaveLength(3);
  });

  test('what is sent keeps its form but for white space that lays it out', () => {
    expect(stepsOf("alice sends:\n  <a\n    b='1'>\n    <c/>\n    <d>x  y</d>\n  </a>\n  <e/>")).toMatchObject([
      { template: [{ kind: 'text', text: "<a b='1'><c/><d>x  y</d></a><e/>" }] },
    ]);
  });

  test('raw lines are joined without anything between them', () => {
    expect(stepsOf('alice sends raw:\n  <a>\\n\n   b\\x00ü')).toMatchObject([
      { template: [{ kind: 'text', text: '<a>\n b\0\xc3\xbc' }] },
    ]);
  });

  test.each([
    ['alice dances', "x.xmpp:5: 'dances' is no step"],
    ['Alice connects', "x.xmpp:5: 'Alice' names no client"],
    ['alice sends:', 'x.xmpp:5: an indented block has to follow'],
    ['alice connects\n  <presence/>', 'x.xmpp:6: no block belongs here'],
    ['  <presence/>', 'x.xmpp:5: an indented line that belongs to no step'],
    ['alice sends:\n  <a>\n  </b>', 'x.xmpp:7: '],
    ['alice sends:\n  <a>{any}</a>', 'x.xmpp:6: a placeholder that cannot be sent'],
    ['alice sends raw:\n  \\q', 'x.xmpp:6: \\q is no escape'],
    ['alice sends raw:\n  {x', "x.xmpp:6: a '{' that is not closed"],
    ['alice receives:\n  <a/>\n  <b p:c="1"/>', 'x.xmpp:7: '],
    ['alice receives:\n  <a/>\n  <b c="{Any}"/>', 'x.xmpp:7: {Any} is no placeholder'],
    ['alice receives:\n  <a b="{number:3}"/>', 'x.xmpp:6: {number:3}'],
    ['alice receives stream header:\n  <a/><b/>', 'x.xmpp:6: exactly one element'],
  ])('%j', (steps, message) => {
    expect(() => stepsOf(steps)).toThrow(message);
  });
});
