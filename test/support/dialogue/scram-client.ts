/** The client's side of SCRAM without channel binding (RFC 5802 §3, §5), for tests only. */
import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';

/** SCRAM mechanisms by name, with the name of their hash for node:crypto. */
export const SCRAM_HASHES = { 'SCRAM-SHA-1': 'sha1', 'SCRAM-SHA-256': 'sha256' } as const;

/** A SCRAM mechanism. */
export type ScramMechanism = keyof typeof SCRAM_HASHES;

/** The three messages of a client. */
export class ScramClient {
  readonly #hash: string;
  readonly #password: string;
  readonly #bare: string;
  readonly #nonce: string;
  #expected = Buffer.alloc(0);

  constructor(mechanism: ScramMechanism, user: string, password: string) {
    this.#hash = SCRAM_HASHES[mechanism];
    this.#password = password;
    this.#nonce = randomBytes(18).toString('base64');
    this.#bare = `n=${user.replaceAll('=', '=3D').replaceAll(',', '=2C')},r=${this.#nonce}`;
  }

  /** The client-first-message. */
  first(): string {
    return `n,,${this.#bare}`;
  }

  /**
   * The client-final-message for a server-first-message.
   * @throws Error where the server's message is not one
   */
  final(challenge: string): string {
    const fields = fieldsOf(challenge);
    const nonce = fields.get('r') ?? '';
    const salt = Buffer.from(fields.get('s') ?? '', 'base64');
    const iterations = Number(fields.get('i'));
    if (!nonce.startsWith(this.#nonce) || nonce === this.#nonce) throw new Error('SCRAM: not our nonce');
    if (salt.length === 0 || !Number.isSafeInteger(iterations) || iterations < 1) throw new Error('SCRAM: no salt');
    const length = createHash(this.#hash).digest().length;
    const salted = pbkdf2Sync(this.#password, salt, iterations, length, this.#hash);
    const clientKey = this.#hmac(salted, 'Client Key');
    const storedKey = createHash(this.#hash).update(clientKey).digest();
    const withoutProof = `c=biws,r=${nonce}`;
    const authMessage = `${this.#bare},${challenge},${withoutProof}`;
    const signature = this.#hmac(storedKey, authMessage);
    const proof = Buffer.from(clientKey.map((byte, at) => byte ^ signature.readUInt8(at)));
    this.#expected = this.#hmac(this.#hmac(salted, 'Server Key'), authMessage);
    return `${withoutProof},p=${proof.toString('base64')}`;
  }

  /** Has the server proven that it knows the password? */
  verify(message: string): boolean {
    const signature = Buffer.from(fieldsOf(message).get('v') ?? '', 'base64');
    return signature.length === this.#expected.length && timingSafeEqual(signature, this.#expected);
  }

  #hmac(key: Buffer, data: string): Buffer<ArrayBuffer> {
    return Buffer.from(createHmac(this.#hash, key).update(data).digest());
  }
}

function fieldsOf(message: string): Map<string, string> {
  return new Map(message.split(',').map((field) => [field.slice(0, 1), field.slice(2)]));
}
