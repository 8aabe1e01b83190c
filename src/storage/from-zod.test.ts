import { expect, test } from 'vitest';
import { z } from 'zod';
import { fromZod } from './from-zod.ts';

test('what was encoded is decoded, also through a codec of zod', () => {
  const date = z.codec(z.iso.datetime(), z.date(), {
    encode: (value) => value.toISOString(),
    decode: (text) => new Date(text),
  });
  const codec = fromZod(z.object({ name: z.string(), since: date }));
  const value = { name: '\0 \ud800 é', since: new Date(0) };
  const text = codec.encode(value);
  expect(JSON.parse(text)).toEqual({ name: value.name, since: '1970-01-01T00:00:00.000Z' });
  expect(text.isWellFormed() && !text.includes('\0')).toBe(true);
  expect(codec.decode(text)).toEqual(value);
});

test('refuses, both ways, what the schema refuses', () => {
  const codec = fromZod(z.object({ n: z.int() }));
  expect(() => codec.encode({ n: 0.5 })).toThrow(z.ZodError);
  expect(() => codec.decode('{"n":"1"}')).toThrow(z.ZodError);
  expect(() => codec.decode('{')).toThrow(SyntaxError);
});

test('foreign keys stay data', () => {
  const codec = fromZod(z.record(z.string(), z.number()));
  const decoded = codec.decode('{"__proto__":1,"constructor":2}');
  expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype);
});
