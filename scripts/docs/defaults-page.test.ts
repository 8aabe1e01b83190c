import { expect, test } from 'vitest';
import { z } from 'zod';
import { defaultsPage } from './defaults-page.ts';
import { COMPARISONS, type Comparison } from './deviations.ts';
import { allModules } from './manifests.ts';
import { sample } from './sample.ts';

const modules = [
  sample('a', {
    options: z.object({
      same: z.array(z.int()).default([1]).describe('x'),
      other: z.int().default(60).describe('x'),
      ours: z.int().default(7).describe('x'),
      required: z.string().describe('x'),
    }),
  }),
];

const known: readonly [string, Comparison][] = [
  ['same', { prosody: [1] }],
  ['other', { prosody: 300, because: 'Shorter is safer.' }],
  ['ours', { own: 'A new limit.' }],
  ['required', { prosody: undefined }],
];

function page(changed: Readonly<Record<string, Comparison>> = {}, without?: string): string {
  const all = new Map([...known, ...Object.entries(changed)]);
  if (without !== undefined) all.delete(without);
  return defaultsPage(modules, all);
}

test('every option of every module is compared with Prosody, and has a reason where it differs', async () => {
  expect(() => defaultsPage([], COMPARISONS)).toThrow('c2s_timeout: no module has this option');
  expect(defaultsPage(await allModules(), COMPARISONS)).toContain('| `c2s_timeout` | `60` | `300` | ');
});

test('shows what differs, and what is new', () => {
  expect(
    page()
      .split('\n')
      .filter((line) => line.startsWith('| `')),
  ).toEqual(['| `other` | `60` | `300` | Shorter is safer. |', '| `ours` | `7` | A new limit. |']);
});

test.each<[string, Readonly<Record<string, Comparison>>, string | undefined, string]>([
  ['an option that is not compared', {}, 'ours', 'ours: what is its default in Prosody?'],
  ['another default without reason', { other: { prosody: 300 } }, undefined, "other: another default than Prosody's"],
  ['a reason without need', { same: { prosody: [1], because: 'x' } }, undefined, 'same: the default is Prosody'],
  ['a default where there is none', { required: { prosody: '' } }, undefined, 'required: another default'],
  ['an option that is gone', { gone: { prosody: 1 } }, undefined, 'gone: no module has this option'],
])('%s is an error', (_, changed, without, message) => {
  expect(() => page(changed, without)).toThrow(message);
});
