import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CONTEXT, FREE, propertiesOf, statusOf, VALID } from './code-points.ts';
import { Jid } from './jid.ts';

/** Every code point there is, also lone surrogates. */
function* everyCharacter(): Generator<[number, string]> {
  for (let codePoint = 0; codePoint < 0x110000; codePoint++) yield [codePoint, String.fromCodePoint(codePoint)];
}

/** Surroundings in which what may not start, end or stand alone can be allowed; the last is right-to-left. */
const FRAMES: readonly ((character: string) => string)[] = [(c) => `x${c}x`, (c) => c, (c) => `\u05d0${c}\u05d0`];

test('every code point, in every part: canonical means canonical', () => {
  const unstable: string[] = [];
  for (const [codePoint, character] of everyCharacter()) {
    for (const frame of FRAMES) {
      const part = frame(character);
      for (const jid of [Jid.of(part, 's'), Jid.of(undefined, part), Jid.of(undefined, 's', part)]) {
        if (jid !== undefined && Jid.parse(jid.key)?.key !== jid.key) unstable.push(codePoint.toString(16));
      }
    }
  }
  expect(unstable).toEqual([]);
});

test('every code point: a part holds only what its class allows', () => {
  const wrong: string[] = [];
  for (const [, character] of everyCharacter()) {
    for (const frame of FRAMES) {
      const part = frame(character);
      const identifiers = [Jid.of(part, 's')?.local ?? '', Jid.of(undefined, part)?.domain ?? ''];
      const statuses = (text: string): number[] =>
        Array.from(text, (each) => statusOf(propertiesOf(each.codePointAt(0) ?? 0)));
      for (const status of identifiers.flatMap(statuses)) {
        if (status !== VALID && status !== CONTEXT) wrong.push(part);
      }
      for (const status of statuses(Jid.of(undefined, 's', part)?.resource ?? '')) {
        if (status !== VALID && status !== CONTEXT && status !== FREE) wrong.push(part);
      }
    }
  }
  expect(wrong).toEqual([]);
});

test('random texts of any code points: canonical means canonical', () => {
  const part = fc.string({ unit: 'binary', maxLength: 12 });
  fc.assert(
    fc.property(part, part, part, (local, domain, resource) => {
      for (const input of [`${local}@${domain}/${resource}`, `${local}@s`, `s/${resource}`, domain]) {
        const jid = Jid.parse(input);
        if (jid !== undefined) expect(Jid.parse(jid.key)?.key).toBe(jid.key);
      }
    }),
    { numRuns: 300_000 },
  );
});
