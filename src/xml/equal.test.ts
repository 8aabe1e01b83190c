import { describe, expect, it } from 'vitest';
import { el } from './element.ts';
import { equal } from './equal.ts';

const base = (): ReturnType<typeof el> => el('a', 'urn:a', { x: 1, y: 2 }, 'text', el('b', 'urn:b'), 'more');

describe('equal', () => {
  it('finds equal trees equal', () => {
    expect(equal(base(), base())).toBe(true);
    const same = base();
    expect(equal(same, same)).toBe(true);
  });

  it('does not mind the order of attributes', () => {
    expect(equal(base(), el('a', 'urn:a', { y: 2, x: 1 }, 'text', el('b', 'urn:b'), 'more'))).toBe(true);
  });

  it('does not mind how text is divided', () => {
    expect(equal(base(), el('a', 'urn:a', { x: 1, y: 2 }, 'te', '', 'xt', el('b', 'urn:b'), '', 'more'))).toBe(true);
    expect(equal(el('a', 'urn:a', ''), el('a', 'urn:a'))).toBe(true);
  });

  it.each([
    ['name', el('A', 'urn:a', { x: 1, y: 2 }, 'text', el('b', 'urn:b'), 'more')],
    ['namespace', el('a', 'urn:A', { x: 1, y: 2 }, 'text', el('b', 'urn:b'), 'more')],
    ['attribute value', el('a', 'urn:a', { x: 1, y: 3 }, 'text', el('b', 'urn:b'), 'more')],
    ['attribute name', el('a', 'urn:a', { x: 1, z: 2 }, 'text', el('b', 'urn:b'), 'more')],
    ['missing attribute', el('a', 'urn:a', { x: 1 }, 'text', el('b', 'urn:b'), 'more')],
    ['text', el('a', 'urn:a', { x: 1, y: 2 }, 'Text', el('b', 'urn:b'), 'more')],
    ['place of text', el('a', 'urn:a', { x: 1, y: 2 }, 'textmore', el('b', 'urn:b'))],
    ['child', el('a', 'urn:a', { x: 1, y: 2 }, 'text', el('c', 'urn:b'), 'more')],
    ['missing child', el('a', 'urn:a', { x: 1, y: 2 }, 'text', 'more')],
    ['additional child', el('a', 'urn:a', { x: 1, y: 2 }, 'text', el('b', 'urn:b'), 'more', el('b', 'urn:b'))],
  ])('sees a difference: %s', (_what, other) => {
    expect(equal(base(), other)).toBe(false);
    expect(equal(other, base())).toBe(false);
  });
});
