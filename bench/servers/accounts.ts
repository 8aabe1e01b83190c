/** The accounts that every server is seeded with: one SCRAM record for all, so that nobody pays for seeding. */
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';

/** Password of all accounts. */
export const PASSWORD = 'secret';

/** Iterations of PBKDF2: what RFC 5802 asks for at least, and what each of the servers takes. */
export const ITERATIONS = 4096;

/** Text, as Prosody makes salts. */
export const SALT = 'a1d2c7f4-0b5e-4c1f-9d3a-77e0c2b4f6a8';

/** Keys for SCRAM (RFC 5802 §3). */
interface Keys {
  readonly stored: Buffer;
  readonly server: Buffer;
}

/** Those of `PASSWORD`. */
export function keys(hash: 'sha1' | 'sha256'): Keys {
  const salted = pbkdf2Sync(PASSWORD, SALT, ITERATIONS, hash === 'sha1' ? 20 : 32, hash);
  const hmac = (text: string): Buffer => createHmac(hash, salted).update(text).digest();
  return { stored: createHash(hash).update(hmac('Client Key')).digest(), server: hmac('Server Key') };
}

/** The account number `number`. */
export function userName(number: number): string {
  return `u${number}`;
}

/** The names of that many accounts. */
export function userNames(count: number): string[] {
  return Array.from({ length: count }, (_, number) => userName(number));
}
