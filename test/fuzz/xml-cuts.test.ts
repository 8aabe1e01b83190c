/** However a stream is cut into chunks, it is the same stream. */
import { expect, it } from 'vitest';
import { LIMITS_BEFORE_AUTH } from '../../src/xml/limits.ts';
import { mutated } from './xml-mutations.ts';
import { Random } from './xml-random.ts';
import { HEADER, HEADER_SCOPE, readStream } from './xml-streams.ts';
import { randomElement, spell } from './xml-trees.ts';

function everyByte(bytes: Buffer): number[] {
  return Array.from({ length: bytes.length }, (_, index) => index);
}

function randomCuts(random: Random, bytes: Buffer): number[] {
  const cuts = Array.from({ length: 1 + random.below(6) }, () => random.below(bytes.length));
  return cuts.sort((a, b) => a - b);
}

it('every cut of a stream gives the same', () => {
  const random = new Random(4);
  const stanzas = Array.from({ length: 3 }, () => spell(random, randomElement(random, 2), HEADER_SCOPE)).join(' \n');
  const bytes = Buffer.from(`<?xml version='1.0'?>${HEADER}${stanzas}\u00e9`);
  const whole = readStream(bytes, []);
  expect(whole.at(-1)).toBe('bad-format');
  expect(whole.filter((event) => event === 'stanza').length).toBe(3);
  for (let cut = 0; cut <= bytes.length; cut++) expect(readStream(bytes, [cut]), `cut at ${cut}`).toEqual(whole);
  expect(readStream(bytes, everyByte(bytes))).toEqual(whole);
});

it('random cuts of nearly XML give the same', () => {
  for (let seed = 0; seed < 500; seed++) {
    const random = new Random(seed);
    const bytes = Buffer.concat([Buffer.from(HEADER), mutated(random), Buffer.from('<end/></stream:stream>')]);
    const whole = readStream(bytes, []);
    for (const cuts of [randomCuts(random, bytes), randomCuts(random, bytes), everyByte(bytes)]) {
      expect(readStream(bytes, cuts), `seed ${seed}, cuts ${cuts.join()}`).toEqual(whole);
    }
  }
});

it('limits hold at the same byte', () => {
  for (let seed = 0; seed < 200; seed++) {
    const random = new Random(seed);
    const limits = {
      ...LIMITS_BEFORE_AUTH,
      bytes: 100 + random.below(300),
      depth: 1 + random.below(4),
      elements: 1 + random.below(20),
    };
    const bytes = Buffer.from(`${HEADER}${spell(random, randomElement(random), HEADER_SCOPE)}<end/>`);
    const whole = readStream(bytes, [], limits);
    for (const cuts of [randomCuts(random, bytes), everyByte(bytes)]) {
      expect(readStream(bytes, cuts, limits), `seed ${seed}`).toEqual(whole);
    }
  }
});
