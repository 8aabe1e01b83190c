/** The player of dialogues notices what it should: every row is a dialogue that must fail, or one that must pass. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer } from '../server.ts';
import { parseDialogue } from './parse.ts';
import { runDialogue } from './run.ts';
import type { TestServer } from './test-server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer({ hosts: ['localhost', 'other.test'], options: {} });
});

afterAll(() => server.stop());

function play(steps: string): Promise<void> {
  const header = 'title: t\nusers: alice bob\nabsent: nobody\n---\n';
  return runDialogue(parseDialogue('x.xmpp', header + steps), server);
}

const CONNECT = 'alice/desk connects\nbob/home connects\n';

test.each([
  [
    'another attribute',
    "alice/desk sends:\n  <message to='{jid:bob}' id='1'/>\nbob/home receives:\n  <message to='{jid:bob}' from='{jid:alice/desk}' id='2'/>\n",
    ['x.xmpp:9: bob/home receives:', "attribute 'id' of <message/>: expected '2', got '1'"],
  ],
  [
    'another child',
    "alice/desk sends:\n  <message to='{jid:bob}'><body/></message>\nbob/home receives:\n  <message ...><subject/></message>\n",
    ['expected <subject/>, got <body/>'],
  ],
  [
    'something that nobody expects',
    "alice/desk sends:\n  <message to='{jid:bob}' id='1'/>\n",
    ['after the last step', 'nothing for bob/home', "id='1'"],
  ],
  [
    'something where there should be nothing',
    "alice/desk sends:\n  <message to='{jid:bob}' id='1'/>\nbob/home receives nothing\n",
    ['x.xmpp:9: bob/home receives nothing', "id='1'"],
  ],
  [
    'another order',
    "alice/desk sends:\n  <message to='{jid:bob}' id='1'/><message to='{jid:bob}' id='2'/>\nbob/home receives:\n  <message id='2' .../>\n",
    ["expected '2', got '1'"],
  ],
  [
    'one too few in any order',
    "alice/desk sends:\n  <message to='{jid:bob}' id='1'/><message to='{jid:bob}' id='1'/>\nbob/home receives in any order:\n  <message id='1' .../><message id='2' .../>\n",
    ["id='2'", "id='1'"],
  ],
  [
    'an element for a stream error',
    "alice/desk sends:\n  <iq type='get' id='1'/>\nalice/desk receives stream error conflict\n",
    ['<conflict/>', '<bad-request'],
  ],
  [
    'another stream error',
    'alice/desk sends raw:\n  <a></b>\nalice/desk receives stream error conflict\n',
    ['<conflict/>', '<not-well-formed'],
  ],
  ['a client that is not there', 'carol receives nothing\n', ['carol has not connected']],
  ['an account that is not in the header', "alice/desk sends:\n  <message to='{jid:carol}'/>\n", ["no user 'carol'"]],
  ['a login of an account that does not exist', 'nobody/x connects\n', ['<not-authorized']],
  ['a name used twice', 'alice/desk connects\n', ['alice/desk has connected before']],
  ['nothing for a client that cannot know', 'conn connects opened\nconn receives nothing\n', ['conn cannot know']],
])('%s', async (_, steps, messages) => {
  const failure: unknown = await play(CONNECT + steps).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Error);
  const text = String(failure);
  for (const message of messages) expect(text).toContain(message);
  expect(text).toContain('The conversation:\nalice/desk · is available as alice-');
});

test('a dialogue that is right', async () => {
  await play(
    CONNECT +
      "alice/desk sends:\n  <message to='{jid:bob}' id='{id}'/><presence to='{jid:bob/home}' type='unavailable' id='{id}'/>\n" +
      "bob/home receives in any order:\n  <presence id='{id}' .../><message id='{id}' .../>\n" +
      'bob/home receives nothing\nalice/desk receives nothing\nalice/desk closes the stream\n',
  );
});

test('two runs on one server have different accounts', async () => {
  await Promise.all([play(CONNECT), play(CONNECT)]);
});
