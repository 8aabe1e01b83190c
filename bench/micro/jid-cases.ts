/** Parsing addresses; `jid.bench.ts` has more of it. */
import { Jid } from '../../src/jid/jid.ts';
import type { Case } from '../measure.ts';

const OPERATIONS = 5000;

/** Of addresses that were seen before, and of new ones. */
export function jidCases(): Case[] {
  let run = 0;
  const each = (name: string, text: (n: number, run: number) => string): Case => {
    let texts: string[] = [];
    return {
      name,
      operations: OPERATIONS,
      prepare: () => {
        run++;
        // From bytes: strings whose hash nobody has computed yet.
        texts = Array.from({ length: OPERATIONS }, (_, n) => Buffer.from(text(n, run)).toString('latin1'));
      },
      run: () => {
        for (const each of texts) Jid.parse(each);
      },
    };
  };
  return [
    each('one of 200 addresses', (n) => `user${n % 200}@example.org/phone-Xw8q2`),
    each('a new address, ASCII', (n, turn) => `user${n}.${turn}@example.org/phone-Xw8q2`),
  ];
}
