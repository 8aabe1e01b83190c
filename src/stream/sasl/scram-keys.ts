/** What a server keeps to check SCRAM logins (RFC 5802 §3): nothing from which a password could be had back. */
import { createHash, createHmac, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { SaslFailure } from '../../stanza/sasl-failure.ts';
import { Gate } from '../../util/gate.ts';

/** A hash function of SCRAM, by its IANA name (RFC 5802, RFC 7677). */
export type ScramHash = 'SHA-1' | 'SHA-256';

/** One account's keys for one hash. */
export interface ScramKeys {
  readonly salt: Buffer;
  readonly iterations: number;
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
}

const derive = promisify(pbkdf2);

/** Derivations at once: half of the thread pool, so that files and names are still looked up meanwhile. */
const PARALLEL = 2;
/** Derivations that may wait, some seconds' worth. */
const MAX_WAITING = 500;

const gate = new Gate(PARALLEL);

/** Name of a hash in `node:crypto`. */
export function digestName(hash: ScramHash): 'sha1' | 'sha256' {
  return hash === 'SHA-1' ? 'sha1' : 'sha256';
}

function digestBytes(hash: ScramHash): number {
  return hash === 'SHA-1' ? 20 : 32;
}

/**
 * Keys of a prepared password (RFC 5802 §3). The derivation runs in the thread pool, few at once.
 * @throws SaslFailure `temporary-auth-failure`: too many wait for theirs
 */
export async function deriveScramKeys(
  password: string,
  salt: Buffer,
  iterations: number,
  hash: ScramHash,
): Promise<ScramKeys> {
  const digest = digestName(hash);
  if (gate.waiting >= MAX_WAITING) throw new SaslFailure('temporary-auth-failure', 'Too many logins at once');
  const salted = await gate.run(() => derive(password, salt, iterations, digestBytes(hash), digest));
  const clientKey = createHmac(digest, salted).update('Client Key').digest();
  const storedKey = createHash(digest).update(clientKey).digest();
  return { salt, iterations, storedKey, serverKey: createHmac(digest, salted).update('Server Key').digest() };
}

/**
 * Keys for a user that there is not: like those of an account, always the same, and fitting no password (RFC 5802 §9).
 * @param secret kept by the server, the same on all its nodes and after a restart
 * @param form what an account's keys look like: iterations, and bytes of salt, at most 64
 */
export function fakeScramKeys(
  secret: Buffer,
  username: string,
  hash: ScramHash,
  form: { readonly iterations: number; readonly salt: number },
): ScramKeys {
  const make = (what: string): Buffer => createHmac('sha512', secret).update(`${what}\0${hash}\0${username}`).digest();
  const bytes = digestBytes(hash);
  return {
    salt: make('salt').subarray(0, form.salt),
    iterations: form.iterations,
    storedKey: make('stored key').subarray(0, bytes),
    serverKey: make('server key').subarray(0, bytes),
  };
}
