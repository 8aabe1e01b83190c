import { expect, test } from 'vitest';
import { z } from 'zod';
import { defaultText, optionsOf } from './option.ts';
import { sample } from './sample.ts';

function described(field: z.ZodType): string[] {
  const [option] = optionsOf(sample('m', { options: z.object({ x: field.describe('Meaning') }) }));
  if (option === undefined) throw new Error('no option');
  expect([option.name, option.module, option.description]).toEqual(['x', 'm', 'Meaning']);
  return [option.type, defaultText(option), option.limits];
}

test.each<[string, z.ZodType, string[]]>([
  ['boolean', z.boolean().default(true), ['boolean', '`true`', '']],
  ['integer', z.int().min(1).default(5), ['integer', '`5`', 'at least 1']],
  ['integer between', z.int().min(0).max(9), ['integer', 'required', '0 to 9']],
  ['number', z.number().positive().max(2.5).optional(), ['number', 'none', 'more than 0, at most 2.5']],
  ['number below', z.number().lt(1).optional(), ['number', 'none', 'less than 1']],
  ['text', z.string().min(2).max(3).default(''), ['string', '`""`', 'at least 2 characters; at most 3 characters']],
  ['pattern', z.string().regex(/^a+$/).default('a'), ['string', '`"a"`', 'matches `^a+$`']],
  ['form', z.url().optional(), ['string', 'none', 'form: uri']],
  ['choice', z.enum(['a', 'b']).default('b'), ['`"a"` or `"b"`', '`"b"`', '']],
  ['one value', z.literal('yes'), ['`"yes"`', 'required', '']],
  [
    'list',
    z.array(z.int().min(1)).max(3).default([1, 2]),
    ['list of integer', '`[1, 2]`', 'at most 3 entries; each at least 1'],
  ],
  ['list of choices', z.array(z.enum(['a', 'b'])).default([]), ['list of (`"a"` or `"b"`)', '`[]`', '']],
  ['tuple', z.tuple([z.string(), z.int()]), ['[string, integer]', 'required', '']],
  ['either', z.union([z.boolean(), z.string()]).default(false), ['boolean or string', '`false`', '']],
  ['map', z.record(z.string(), z.int()).default({}), ['table of integer', '`{}`', '']],
  ['table', z.object({ a: z.int() }).optional(), ['table with a: integer', 'none', '']],
  // Configured as text, used as a number: the default is given as the module gets it.
  ['converted', z.string().transform(Number).default(3), ['string', '`3`', '']],
])('%s', (_, field, wanted) => {
  expect(described(field)).toEqual(wanted);
});

test.each<[string, z.ZodType, string]>([
  ['an option without description', z.string(), 'has no description'],
  ['a type without words', z.unknown().describe('x'), 'no words for the type'],
  ['a table of anything', z.record(z.string(), z.unknown()).describe('x'), 'no words for the type'],
])('%s is an error that names the option', (_, field, message) => {
  const definition = sample('m', { options: z.object({ x: field }) });
  expect(() => optionsOf(definition)).toThrow(
    expect.objectContaining({
      message: 'option x of module m',
      cause: expect.objectContaining({ message: expect.stringContaining(message) }),
    }),
  );
});
