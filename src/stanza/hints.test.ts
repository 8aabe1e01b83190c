import { expect, test } from 'vitest';
import { el, type Element } from '../xml/element.ts';
import { NS_CLIENT } from '../xml/namespaces.ts';
import { Stanza } from '../xml/stanza.ts';
import { hasHint } from './hints.ts';

const message = (type: string | undefined, ...children: Element[]): Stanza =>
  Stanza.of(el('message', NS_CLIENT, { type }, children));

test('XEP-0334 example 1: no-copy and no-store', () => {
  const secret = message(undefined, el('no-copy', 'urn:xmpp:hints'), el('no-store', 'urn:xmpp:hints'));
  expect(hasHint(secret, 'no-copy')).toBe(true);
  expect(hasHint(secret, 'no-store')).toBe(true);
  expect(hasHint(secret, 'no-permanent-store')).toBe(false);
  expect(hasHint(secret, 'store')).toBe(false);
});

test('a hint has its namespace and stands directly in the message', () => {
  expect(hasHint(message('chat', el('store', 'urn:x')), 'store')).toBe(false);
  expect(hasHint(message('chat', el('x', 'urn:x', el('store', 'urn:xmpp:hints'))), 'store')).toBe(false);
});

test('XEP-0334 §5: hints in an error are those of the message it answers', () => {
  expect(hasHint(message('error', el('store', 'urn:xmpp:hints')), 'store')).toBe(false);
});
