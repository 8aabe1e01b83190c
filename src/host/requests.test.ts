import { expect, test, vi } from 'vitest';
import { stanzaOf } from '../../test/support/world.ts';
import { Jid } from '../jid/jid.ts';
import { PendingRequests } from './requests.ts';

function jid(text: string): Jid {
  const parsed = Jid.parse(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
}

const BOB = jid('bob@localhost/b');

test('only the entity asked can answer, with the id of the request, to who asked, once', async () => {
  const requests = new PendingRequests();
  const answer = requests.expect('localhost', BOB.toString(), 'q', 1000);
  const result = stanzaOf('<iq type="result" id="q" to="localhost" from="boss@localhost"/>');
  expect(requests.settle(jid('mallory@localhost/b'), result)).toBe(false);
  expect(requests.settle(BOB, stanzaOf('<iq type="result" id="r" to="localhost"/>'))).toBe(false);
  expect(requests.settle(BOB, stanzaOf('<iq type="result" id="q" to="other.test"/>'))).toBe(false);
  expect(requests.settle(BOB, stanzaOf('<iq type="get" id="q" to="localhost"/>'))).toBe(false);
  expect(requests.settle(BOB, stanzaOf('<message id="q" to="localhost"/>'))).toBe(false);
  expect(requests.settle(BOB, result)).toBe(true);
  expect((await answer).from).toBe('bob@localhost/b');
  expect(requests.settle(BOB, result)).toBe(false);
  expect(requests.size).toBe(0);
});

test('an error is thrown as it was answered', async () => {
  const requests = new PendingRequests();
  const answer = requests.expect('localhost', BOB.toString(), 'q', 1000);
  requests.settle(
    BOB,
    stanzaOf(
      '<iq type="error" id="q" to="localhost"><error type="auth">' +
        '<forbidden xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error></iq>',
    ),
  );
  await expect(answer).rejects.toMatchObject({ condition: 'forbidden', type: 'auth' });
});

test('no answer in time, or a server that stops, ends the wait', async () => {
  vi.useFakeTimers();
  try {
    const requests = new PendingRequests();
    const late = requests.expect('localhost', BOB.toString(), 'q', 1000);
    const outcome = expect(late).rejects.toMatchObject({ condition: 'remote-server-timeout' });
    await vi.advanceTimersByTimeAsync(1000);
    await outcome;
    const open = requests.expect('localhost', BOB.toString(), 'r', 1000);
    const stopped = expect(open).rejects.toThrow('stopping');
    requests.cancel(new Error('stopping'));
    await stopped;
    expect(requests.size).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});
