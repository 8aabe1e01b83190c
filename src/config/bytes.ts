/** Sizes as options: `262144`, `"256 KiB"`, `"10 MB"`. */
import { z } from 'zod';

/** Powers of 1000, or with an `i` behind the letter of 1024. */
const LETTERS = ['k', 'm', 'g', 't'];

const EXPECTED = 'expected bytes, or a number with a unit: "500 kB", "256 KiB", "10 MB", "2 GiB"';

/** The type of an option that is a size of at least `min` bytes. A number is bytes, which the module gets. */
export function bytes(min: number) {
  return z.preprocess(
    (value, context) => (typeof value === 'string' ? (parseBytes(value) ?? refuse(context)) : value),
    z.int().min(min).meta({ title: 'size' }),
  );
}

/** Bytes, or `undefined` for a text that is no size. Case does not matter: nobody means bits here. */
export function parseBytes(text: string): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(?:([kmgt])(i?))?b?\s*$/i.exec(text);
  if (match === null) return undefined;
  const [, amount, letter, binary] = match;
  const power = letter === undefined ? 0 : LETTERS.indexOf(letter.toLowerCase()) + 1;
  return Math.round(Number(amount) * (binary === undefined || binary === '' ? 1000 : 1024) ** power);
}

function refuse(context: z.RefinementCtx): never {
  context.addIssue({ code: 'custom', message: EXPECTED });
  return z.NEVER;
}
