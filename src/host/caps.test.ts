import { expect, test } from 'vitest';
import { el } from '../xml/element.ts';
import { capsHash } from './caps.ts';

const DATA = 'jabber:x:data';

test('XEP-0115 §5.2: simple generation example', () => {
  const identities = [{ category: 'client', type: 'pc', name: 'Exodus 0.9.1' }];
  const features = [
    'http://jabber.org/protocol/disco#info',
    'http://jabber.org/protocol/disco#items',
    'http://jabber.org/protocol/muc',
    'http://jabber.org/protocol/caps',
  ];
  expect(capsHash(identities, features, [])).toBe('QgayPKawpkPSDYmwT/WM94uAlu0=');
});

test('XEP-0115 §5.3: complex generation example', () => {
  const identities = [
    { category: 'client', type: 'pc', name: 'Psi 0.11', lang: 'en' },
    { category: 'client', type: 'pc', name: 'Ψ 0.11', lang: 'el' },
  ];
  const features = [
    'http://jabber.org/protocol/caps',
    'http://jabber.org/protocol/disco#info',
    'http://jabber.org/protocol/disco#items',
    'http://jabber.org/protocol/muc',
  ];
  const field = (name: string, ...values: string[]) =>
    el(
      'field',
      DATA,
      { var: name },
      values.map((value) => el('value', DATA, value)),
    );
  const form = el(
    'x',
    DATA,
    { type: 'result' },
    field('FORM_TYPE', 'urn:xmpp:dataforms:softwareinfo'),
    field('ip_version', 'ipv6', 'ipv4'),
    field('os', 'Mac'),
    field('os_version', '10.5.1'),
    field('software', 'Psi'),
    field('software_version', '0.11'),
  );
  expect(capsHash(identities, features, [form])).toBe('q07IKJEyjvHSyhy//CH0CxmKi8w=');
});

test('a form without FORM_TYPE does not count', () => {
  const form = el('x', DATA, { type: 'result' }, el('field', DATA, { var: 'a' }, el('value', DATA, 'b')));
  expect(capsHash([], ['urn:a'], [form])).toBe(capsHash([], ['urn:a'], []));
});
