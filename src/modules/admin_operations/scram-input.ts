/** SCRAM keys in the input of operations: base64 in the shape in which accounts are stored. */
import { z } from 'zod';
import type { ScramHash, ScramKeys } from '../../stream/sasl/scram-keys.ts';

/** Fewer make a stolen key too easy to try passwords on (RFC 7677 §4); more keep every login waiting. */
const ITERATIONS = { min: 4096, max: 10_000_000 };
const MAX_SALT = 128;

/** Bytes of a key. */
const SHA_1 = 20;
const SHA_256 = 32;

const HASHES: readonly ScramHash[] = ['SHA-1', 'SHA-256'];

const binary = (min: number, max: number) =>
  z
    .base64()
    .transform((text) => Buffer.from(text, 'base64'))
    .refine((bytes) => bytes.length >= min && bytes.length <= max, {
      message: min === max ? `must be ${min} bytes` : `must be ${min} to ${max} bytes`,
    });

const keysOf = (bytes: number) =>
  z.strictObject({
    salt: binary(1, MAX_SALT),
    iterations: z.int().min(ITERATIONS.min).max(ITERATIONS.max),
    stored_key: binary(bytes, bytes),
    server_key: binary(bytes, bytes),
  });

/** Keys by hash, at least one. */
export const scramInput = z
  .strictObject({ 'SHA-1': keysOf(SHA_1).optional(), 'SHA-256': keysOf(SHA_256).optional() })
  .transform((given) => {
    const keys = new Map<ScramHash, ScramKeys>();
    for (const hash of HASHES) {
      const known = given[hash];
      if (known === undefined) continue;
      const { salt, iterations, stored_key: storedKey, server_key: serverKey } = known;
      keys.set(hash, { salt, iterations, storedKey, serverKey });
    }
    return keys;
  })
  .refine((keys) => keys.size > 0, { message: 'no keys' });
