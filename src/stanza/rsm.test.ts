import { describe, expect, test } from 'vitest';
import { el, type Element } from '../xml/element.ts';
import { NS_RSM, pageElement, parsePageRequest } from './rsm.ts';

const query = (...children: Element[]) => el('query', 'jabber:iq:search', el('set', NS_RSM, children));
const rsm = (name: string, text?: string) => el(name, NS_RSM, text);

describe('parsePageRequest', () => {
  const none = { max: undefined, after: undefined, before: undefined, index: undefined };

  test.each([
    ['the first page', [rsm('max', '10')], { max: 10 }],
    [
      'the next page',
      [rsm('max', '10'), rsm('after', 'peterpan@neverland.lit')],
      { max: 10, after: 'peterpan@neverland.lit' },
    ],
    [
      'the page before',
      [rsm('max', '10'), rsm('before', 'peter@pixyland.org')],
      { max: 10, before: 'peter@pixyland.org' },
    ],
    ['the last page', [rsm('max', '10'), rsm('before')], { max: 10, before: '' }],
    ['a page by position', [rsm('max', '10'), rsm('index', '371')], { max: 10, index: 371 }],
    ['the count', [rsm('max', '0')], { max: 0 }],
    ['everything', [], {}],
    ['both ends', [rsm('after', 'a'), rsm('before', 'b')], { after: 'a', before: 'b' }],
    ['after nothing', [rsm('after')], {}],
    ['white space', [rsm('max', ' 10\n')], { max: 10 }],
    ['foreign children', [el('max', 'urn:example', 'x'), rsm('unknown', '1')], {}],
  ])('%s', (_, children, expected) => {
    expect(parsePageRequest(query(...children))).toEqual({ ...none, ...expected });
  });

  test('is undefined where no page is asked for', () => {
    expect(parsePageRequest(el('query', 'jabber:iq:search'))).toBeUndefined();
    expect(parsePageRequest(el('query', NS_RSM, el('set', 'urn:example')))).toBeUndefined();
  });

  test.each(['', '-1', 'x', '1.5', '1e999', 'NaN', '9223372036854775808', '2147483648', '0x10', "1'--"])(
    'S54: %j is no count',
    (text) => {
      for (const name of ['max', 'index']) {
        expect(() => parsePageRequest(query(rsm(name, text)))).toThrow(
          expect.objectContaining({ condition: 'bad-request', type: 'modify' }),
        );
      }
    },
  );

  test('S54: an id is text, whatever it holds', () => {
    for (const id of ["1' OR '1'='1", '__proto__', '%', '\\', ' ']) {
      expect(parsePageRequest(query(rsm('after', id)))?.after).toBe(id);
    }
  });

  test('a position does not go with an id', () => {
    for (const name of ['after', 'before']) {
      expect(() => parsePageRequest(query(rsm('index', '1'), rsm(name, 'a')))).toThrow(
        expect.objectContaining({ condition: 'bad-request' }),
      );
    }
  });
});

describe('pageElement', () => {
  test('says the first and last id, the position and the count', () => {
    const items = { first: 'stpeter@jabber.org', last: 'peterpan@neverland.lit', index: 0 };
    expect(pageElement({ items, count: 800 })).toEqual(
      el(
        'set',
        NS_RSM,
        el('first', NS_RSM, { index: 0 }, 'stpeter@jabber.org'),
        el('last', NS_RSM, 'peterpan@neverland.lit'),
        el('count', NS_RSM, '800'),
      ),
    );
  });

  test('an empty page has the count alone, an unknown count and position are left out', () => {
    expect(pageElement({ count: 790 })).toEqual(el('set', NS_RSM, el('count', NS_RSM, '790')));
    expect(pageElement({ items: { first: 'a', last: 'b' } })).toEqual(
      el('set', NS_RSM, el('first', NS_RSM, {}, 'a'), el('last', NS_RSM, 'b')),
    );
  });
});
