import { expect, it } from 'vitest';
import { compareEdits } from './xml-edits.ts';

it('editing a stanza gives what editing its tree gives', () => {
  expect(compareEdits(0, 2000)).toEqual([]);
});
