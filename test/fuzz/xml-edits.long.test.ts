import { expect, it } from 'vitest';
import { compareEdits } from './xml-edits.ts';

it('editing a stanza gives what editing its tree gives, in 100 000 random cases', () => {
  expect(compareEdits(10_000, 110_000)).toEqual([]);
});
