/** Codecs from schemas, for what is read and written rarely: hot values have a hand-written codec. */
import { z } from 'zod';
import type { Codec } from './stores.ts';

/** JSON checked by a schema in both directions. The schema must be one that zod can encode (no one-way transforms). */
export function fromZod<S extends z.ZodType>(schema: S): Codec<z.output<S>> {
  return {
    encode: (value) => JSON.stringify(z.encode(schema, value)),
    decode: (text) => {
      const data: unknown = JSON.parse(text);
      return schema.parse(data);
    },
  };
}
