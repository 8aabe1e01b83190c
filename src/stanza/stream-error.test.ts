import { expect, test } from 'vitest';
import { el } from '../xml/element.ts';
import { NS_STREAM, NS_STREAM_ERRORS } from '../xml/namespaces.ts';
import { StreamError, type StreamErrorCondition } from './stream-error.ts';

/** RFC 6120 §4.9.3.1 to §4.9.3.25; a type that forgets one does not compile. */
const CATALOGUE: Record<StreamErrorCondition, true> = {
  'bad-format': true,
  'bad-namespace-prefix': true,
  conflict: true,
  'connection-timeout': true,
  'host-gone': true,
  'host-unknown': true,
  'improper-addressing': true,
  'internal-server-error': true,
  'invalid-from': true,
  'invalid-namespace': true,
  'invalid-xml': true,
  'not-authorized': true,
  'not-well-formed': true,
  'policy-violation': true,
  'remote-connection-failed': true,
  reset: true,
  'resource-constraint': true,
  'restricted-xml': true,
  'see-other-host': true,
  'system-shutdown': true,
  'undefined-condition': true,
  'unsupported-encoding': true,
  'unsupported-feature': true,
  'unsupported-stanza-type': true,
  'unsupported-version': true,
};

test('the catalogue has 25 conditions', () => {
  expect(Object.keys(CATALOGUE)).toHaveLength(25);
});

test('an error is <stream:error/> with its condition, text and application condition', () => {
  const app = el('escape-your-data', 'http://example.org/ns');
  expect(new StreamError('invalid-xml').toElement()).toEqual(
    el('error', NS_STREAM, el('invalid-xml', NS_STREAM_ERRORS)),
  );
  expect(new StreamError('not-well-formed', 'Some special text', app).toElement()).toEqual(
    el(
      'error',
      NS_STREAM,
      el('not-well-formed', NS_STREAM_ERRORS),
      el('text', NS_STREAM_ERRORS, 'Some special text'),
      app,
    ),
  );
});

test('see-other-host, and only that, names a host', () => {
  const moved = new StreamError('see-other-host', undefined, undefined, '[2001:41D0:1:A49b::1]:9222').toElement();
  expect(moved.childText('see-other-host', NS_STREAM_ERRORS)).toBe('[2001:41D0:1:A49b::1]:9222');
  const other = new StreamError('reset', undefined, undefined, 'example.org').toElement();
  expect(other.childText('reset', NS_STREAM_ERRORS)).toBe('');
});

test('it is an Error without a stack', () => {
  const error = new StreamError('conflict', 'replaced');
  expect(error).toBeInstanceOf(Error);
  expect(error.stack).toBe('StreamError: conflict: replaced');
});
