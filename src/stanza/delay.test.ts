import { expect, test } from 'vitest';
import { el } from '../xml/element.ts';
import { delayElement } from './delay.ts';

test('XEP-0203 example 1: who, when and why', () => {
  const stamp = Date.parse('2002-09-10T23:08:25Z') * 1000;
  expect(delayElement(stamp, 'capulet.com', 'Offline Storage')).toEqual(
    el('delay', 'urn:xmpp:delay', { from: 'capulet.com', stamp: '2002-09-10T23:08:25Z' }, 'Offline Storage'),
  );
  expect(delayElement(stamp)).toEqual(el('delay', 'urn:xmpp:delay', { stamp: '2002-09-10T23:08:25Z' }));
});
