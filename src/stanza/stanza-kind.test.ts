import { describe, expect, test } from 'vitest';
import { el } from '../xml/element.ts';
import { NS_CLIENT } from '../xml/namespaces.ts';
import { Stanza } from '../xml/stanza.ts';
import { stanzaProblem } from './stanza-kind.ts';

const ping = el('ping', 'urn:xmpp:ping');
const problem = (name: string, attrs: Record<string, string | undefined>, ...children: Parameters<typeof el>[2][]) =>
  stanzaProblem(Stanza.of(el(name, NS_CLIENT, attrs, ...children)))?.condition;

describe('iq', () => {
  test.each(['get', 'set'])('a %s has exactly one child', (type) => {
    expect(problem('iq', { type, id: '1' }, ping)).toBeUndefined();
    expect(problem('iq', { type, id: '1' }, '\n', ping, '\n')).toBeUndefined();
    expect(problem('iq', { type, id: '1' })).toBe('bad-request');
    expect(problem('iq', { type, id: '1' }, 'text')).toBe('bad-request');
    expect(problem('iq', { type, id: '1' }, ping, ping)).toBe('bad-request');
    expect(problem('iq', { type, id: '1' }, ping, el('error', NS_CLIENT))).toBe('bad-request');
  });

  test.each(['result', 'error'])('a %s may have any children', (type) => {
    expect(problem('iq', { type, id: '1' })).toBeUndefined();
    expect(problem('iq', { type, id: '1' }, ping, el('error', NS_CLIENT))).toBeUndefined();
  });

  test.each([undefined, '', 'GET', 'push', 'chat', '__proto__'])('type %j is none', (type) => {
    expect(problem('iq', { type, id: '1' }, ping)).toBe('bad-request');
  });

  test.each(['get', 'set', 'result', 'error'])('a %s needs an id', (type) => {
    expect(problem('iq', { type }, ping)).toBe('bad-request');
    expect(problem('iq', { type, id: '' }, ping)).toBeUndefined();
  });
});

describe('presence', () => {
  test.each([undefined, 'error', 'probe', 'subscribe', 'subscribed', 'unavailable', 'unsubscribe', 'unsubscribed'])(
    'type %j is defined',
    (type) => {
      expect(problem('presence', { type })).toBeUndefined();
    },
  );

  test.each(['', 'available', 'invisible', 'Unavailable', 'constructor'])('type %j is not', (type) => {
    expect(problem('presence', { type })).toBe('bad-request');
  });
});

test('a message may have any type and nothing else', () => {
  for (const type of [undefined, 'chat', 'error', 'strange']) expect(problem('message', { type })).toBeUndefined();
});
