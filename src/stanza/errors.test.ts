import { isNativeError } from 'node:util/types';
import { describe, expect, test } from 'vitest';
import { el } from '../xml/element.ts';
import { NS_CLIENT, NS_SERVER, NS_STANZA_ERRORS } from '../xml/namespaces.ts';
import { Stanza } from '../xml/stanza.ts';
import { StanzaError, parseStanzaError } from './errors.ts';

/** RFC 6120 §8.3.3.1 to §8.3.3.22, in the order of the text. */
const CATALOGUE = [
  ['bad-request', 'modify'],
  ['conflict', 'cancel'],
  ['feature-not-implemented', 'cancel'],
  ['forbidden', 'auth'],
  ['gone', 'cancel'],
  ['internal-server-error', 'cancel'],
  ['item-not-found', 'cancel'],
  ['jid-malformed', 'modify'],
  ['not-acceptable', 'modify'],
  ['not-allowed', 'cancel'],
  ['not-authorized', 'auth'],
  ['policy-violation', 'modify'],
  ['recipient-unavailable', 'wait'],
  ['redirect', 'modify'],
  ['registration-required', 'auth'],
  ['remote-server-not-found', 'cancel'],
  ['remote-server-timeout', 'wait'],
  ['resource-constraint', 'wait'],
  ['service-unavailable', 'cancel'],
  ['subscription-required', 'auth'],
  ['undefined-condition', 'cancel'],
  ['unexpected-request', 'wait'],
] as const;

test('the catalogue has 22 conditions', () => {
  expect(new Set(CATALOGUE.map(([condition]) => condition)).size).toBe(22);
});

test.each(CATALOGUE)('%s is %s by default', (condition, type) => {
  const error = new StanzaError(condition);
  expect(error.type).toBe(type);
  expect(error.message).toBe(condition);
  expect(error.toElement()).toEqual(el('error', NS_CLIENT, { type }, el(condition, NS_STANZA_ERRORS)));
});

describe('an error', () => {
  test('is an Error without a stack, and leaves the global limit alone', () => {
    const before = Error.stackTraceLimit;
    const error = new StanzaError('forbidden', 'members only');
    expect(Error.stackTraceLimit).toBe(before);
    expect(before).toBeGreaterThan(0);
    expect(isNativeError(error)).toBe(true);
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).toBe('StanzaError: forbidden: members only');
    expect(error.stack).toBe('StanzaError: forbidden: members only');
  });

  test('carries text, an application condition, another type and who raised it', () => {
    const app = el('too-many', 'urn:example:app');
    const error = new StanzaError('policy-violation', 'slow down', app, { type: 'wait', by: 'muc.example' });
    expect(error.toElement(NS_SERVER, 'example')).toEqual(
      el(
        'error',
        NS_SERVER,
        { type: 'wait', by: 'muc.example' },
        el('policy-violation', NS_STANZA_ERRORS),
        el('text', NS_STANZA_ERRORS, 'slow down'),
        app,
      ),
    );
  });

  test('does not say `by` what the sender of the error says already', () => {
    const error = new StanzaError('not-allowed', undefined, undefined, { by: 'room@muc.example' });
    expect(error.toElement(NS_CLIENT, 'room@muc.example').attr('by')).toBeUndefined();
  });

  test.each(['gone', 'redirect'] as const)('%s names the new address', (condition) => {
    const error = new StanzaError(condition, undefined, undefined, { uri: 'xmpp:new@example' });
    expect(error.toElement().childText(condition, NS_STANZA_ERRORS)).toBe('xmpp:new@example');
  });

  test('of any other condition names no address', () => {
    const error = new StanzaError('forbidden', undefined, undefined, { uri: 'xmpp:new@example' });
    expect(error.toElement().childText('forbidden', NS_STANZA_ERRORS)).toBe('');
  });
});

describe('parseStanzaError', () => {
  const received = (...children: Parameters<typeof el>[2][]) =>
    parseStanzaError(Stanza.of(el('iq', NS_CLIENT, { type: 'error', id: 'x' }, ...children)));

  test.each(CATALOGUE)('reads back %s', (condition, type) => {
    const uri = condition === 'gone' || condition === 'redirect' ? 'xmpp:a@b' : undefined;
    const sent = new StanzaError(condition, 'why', el('app', 'urn:example:app'), { by: 'b', uri });
    const error = received(sent.toElement());
    expect(error).toMatchObject({ condition, type, text: 'why', by: 'b', uri });
    expect(error.app?.is('app', 'urn:example:app')).toBe(true);
  });

  test('keeps a type that differs from the usual one', () => {
    expect(received(new StanzaError('forbidden', undefined, undefined, { type: 'wait' }).toElement()).type).toBe(
      'wait',
    );
  });

  test('needs no condition, no type and no error element', () => {
    expect(received()).toMatchObject({ condition: 'undefined-condition', type: 'cancel', text: undefined });
    expect(received(el('error', NS_CLIENT))).toMatchObject({ condition: 'undefined-condition', type: 'cancel' });
  });

  test('S117: conditions and types named like members of an object are unknown', () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      const error = received(el('error', NS_CLIENT, { type: name }, el(name, NS_STANZA_ERRORS)));
      expect(error).toMatchObject({ condition: 'undefined-condition', type: 'cancel' });
    }
  });

  test('takes the first condition, and no condition of another namespace', () => {
    const error = received(
      el(
        'error',
        NS_CLIENT,
        { type: 'auth' },
        el('forbidden', 'urn:example:app'),
        el('conflict', NS_STANZA_ERRORS),
        el('gone', NS_STANZA_ERRORS, 'xmpp:evil@example'),
      ),
    );
    expect(error).toMatchObject({ condition: 'conflict', type: 'auth', uri: undefined });
    expect(error.app?.ns).toBe('urn:example:app');
  });
});
