/** The client's side of SCRAM (RFC 5802), without channel binding. */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

/** Names of hashes as SCRAM has them. */
export type Hash = 'SHA-1' | 'SHA-256';

/** Salted passwords by everything that they are made from: thousands of accounts share one, and the load pays once. */
const salted = new Map<string, Buffer>();

/** One exchange. */
export class ScramClient {
  readonly #hash: Hash;
  readonly #password: string;
  readonly #bare: string;

  constructor(hash: Hash, user: string, password: string) {
    this.#hash = hash;
    this.#password = password;
    this.#bare = `n=${user},r=${randomBytes(18).toString('base64')}`;
  }

  /** The first message. */
  first(): string {
    return `n,,${this.#bare}`;
  }

  /** The answer to the server's first message. */
  final(challenge: string): string {
    const fields = new Map(challenge.split(',').map((field) => [field.slice(0, 1), field.slice(2)]));
    const iterations = Number(fields.get('i'));
    const without = `c=biws,r=${fields.get('r') ?? ''}`;
    const key = hmac(this.#hash, this.#salted(fields.get('s') ?? '', iterations), 'Client Key');
    const stored = createHash(digest(this.#hash)).update(key).digest();
    const signature = hmac(this.#hash, stored, `${this.#bare},${challenge},${without}`);
    const proof = key.map((byte, index) => byte ^ (signature[index] ?? 0));
    return `${without},p=${Buffer.from(proof).toString('base64')}`;
  }

  #salted(salt: string, iterations: number): Buffer {
    const id = `${this.#hash} ${iterations} ${salt} ${this.#password}`;
    const known = salted.get(id);
    if (known !== undefined) return known;
    const length = this.#hash === 'SHA-1' ? 20 : 32;
    const made = pbkdf2Sync(this.#password, Buffer.from(salt, 'base64'), iterations, length, digest(this.#hash));
    salted.set(id, made);
    return made;
  }
}

/** How node:crypto calls it. */
function digest(hash: Hash): string {
  return hash.replace('-', '').toLowerCase();
}

function hmac(hash: Hash, key: Buffer, text: string): Buffer {
  return createHmac(digest(hash), key).update(text).digest();
}
