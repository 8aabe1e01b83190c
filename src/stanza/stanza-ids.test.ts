import { expect, test } from 'vitest';
import { el, type Element } from '../xml/element.ts';
import { NS_CLIENT } from '../xml/namespaces.ts';
import { Stanza } from '../xml/stanza.ts';
import { NS_SID, originId, stanzaIdElement } from './stanza-ids.ts';

test('XEP-0359 example 1: an id and who gave it', () => {
  expect(stanzaIdElement('de305d54-75b4-431b-adb2-eb6b9e546013', 'room@muc.example.com')).toEqual(
    el('stanza-id', 'urn:xmpp:sid:0', { id: 'de305d54-75b4-431b-adb2-eb6b9e546013', by: 'room@muc.example.com' }),
  );
});

test('the origin id is that of <origin-id/>, if it has one', () => {
  const id = (...children: Element[]): string | undefined =>
    originId(Stanza.of(el('message', NS_CLIENT, { id: 'x' }, children)));
  expect(id(stanzaIdElement('1', 'a@b'), el('origin-id', NS_SID, { id: 'de305d54' }))).toBe('de305d54');
  expect(id(stanzaIdElement('1', 'a@b'))).toBeUndefined();
  expect(id(el('origin-id', NS_SID))).toBeUndefined();
  expect(id(el('origin-id', NS_SID, { id: '' }))).toBeUndefined();
  expect(id(el('origin-id', 'urn:x', { id: '1' }))).toBeUndefined();
});
