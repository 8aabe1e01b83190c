/** Accounts for tests of logins, and the client's side of SCRAM. */
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { SaslFailure } from '../../../src/stanza/sasl-failure.ts';
import type { CredentialStore } from '../../../src/stream/sasl/mechanism.ts';
import { deriveScramKeys, fakeScramKeys, type ScramHash } from '../../../src/stream/sasl/scram-keys.ts';

const ITERATIONS = 8;
const SALT = Buffer.from('0123456789abcdef');
const SECRET = Buffer.from('secret of this server');

/** Accounts with the password that the map says; an empty password is a disabled account. */
export class TestStore implements CredentialStore {
  readonly passwords: Map<string, string>;
  /** What was asked, as `user:password` or `user:hash`. */
  readonly asked: string[] = [];
  /** Waited for before every answer. */
  gate: Promise<void> | undefined;

  constructor(passwords: Readonly<Record<string, string>>) {
    this.passwords = new Map(Object.entries(passwords));
  }

  exists(username: string): Promise<boolean> {
    return Promise.resolve(this.passwords.has(username));
  }

  async checkPassword(username: string, password: string): Promise<boolean> {
    this.asked.push(`${username}:${password}`);
    await this.gate;
    const known = this.passwords.get(username);
    if (known === '') throw new SaslFailure('account-disabled');
    return known === password;
  }

  async scramKeys(username: string, hash: ScramHash) {
    this.asked.push(`${username}:${hash}`);
    await this.gate;
    const password = this.passwords.get(username);
    if (password === '') throw new SaslFailure('account-disabled');
    if (password === undefined)
      return fakeScramKeys(SECRET, username, hash, { iterations: ITERATIONS, salt: SALT.length });
    return deriveScramKeys(password, SALT, ITERATIONS, hash);
  }
}

/** A server's first message, taken apart. */
export function readChallenge(challenge: string): { nonce: string; salt: Buffer; iterations: number } {
  const [r = '', s = '', i = ''] = challenge.split(',');
  return { nonce: r.slice(2), salt: Buffer.from(s.slice(2), 'base64'), iterations: Number(i.slice(2)) };
}

/**
 * A client's final message and what the server must answer it with.
 * @param first the client's first message
 * @param binding channel binding data
 * @param more what goes between the nonce and the proof, both of which cover it
 */
export function answerChallenge(
  hash: ScramHash,
  password: string,
  first: string,
  challenge: string,
  binding = Buffer.alloc(0),
  more = '',
): { final: string; verifier: string } {
  const { nonce, salt, iterations } = readChallenge(challenge);
  const digest = hash === 'SHA-1' ? 'sha1' : 'sha256';
  const bare = first.split(',').slice(2).join(',');
  const gs2 = first.slice(0, first.length - bare.length);
  const hmac = (key: Buffer, text: string): Buffer => createHmac(digest, key).update(text).digest();
  const salted = pbkdf2Sync(password, salt, iterations, hash === 'SHA-1' ? 20 : 32, digest);
  const clientKey = hmac(salted, 'Client Key');
  const withoutProof = `c=${Buffer.concat([Buffer.from(gs2), binding]).toString('base64')},r=${nonce}${more}`;
  const authMessage = `${bare},${challenge},${withoutProof}`;
  const signature = hmac(createHash(digest).update(clientKey).digest(), authMessage);
  const proof = Buffer.from(clientKey.map((byte, at) => byte ^ (signature[at] ?? 0)));
  return {
    final: `${withoutProof},p=${proof.toString('base64')}`,
    verifier: `v=${hmac(hmac(salted, 'Server Key'), authMessage).toString('base64')}`,
  };
}

/** Run a step and say how it ended: `challenge …`, `success …` or the condition of the failure. */
export async function outcome(
  step: Promise<{ done: boolean; challenge?: Buffer; user?: { toString(): string } }>,
): Promise<string> {
  try {
    const { done, challenge, user } = await step;
    return done ? `success ${String(user)}` : `challenge ${challenge?.toString() ?? ''}`;
  } catch (error) {
    if (error instanceof SaslFailure) return error.condition;
    throw error;
  }
}
