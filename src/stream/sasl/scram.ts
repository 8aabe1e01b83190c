/** SCRAM (RFC 5802, RFC 7677): the password never leaves the client. */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Jid } from '../../jid/jid.ts';
import { decodeBase64 } from '../../stanza/base64.ts';
import { SaslFailure } from '../../stanza/sasl-failure.ts';
import {
  decodeUtf8,
  EMPTY_CHALLENGE,
  resolveUser,
  type SaslContext,
  type SaslExchange,
  type SaslMechanism,
  type SaslStep,
} from './mechanism.ts';
import { digestName, type ScramHash, type ScramKeys } from './scram-keys.ts';
import { parseClientFinal, parseClientFirst, type ClientFirst } from './scram-message.ts';

/** Bytes of randomness the server adds to a nonce. */
const NONCE_BYTES = 18;

/** How a SCRAM mechanism is made. */
export interface ScramOptions {
  /** Is it the variant that insists on channel binding (`-PLUS`)? */
  readonly plus?: boolean;
  /** The server's part of the nonce; printable ASCII without comma. */
  readonly nonce?: () => string;
}

/** A mechanism of the SCRAM family. */
export function scram(hash: ScramHash, { plus = false, nonce = randomNonce }: ScramOptions = {}): SaslMechanism {
  return {
    name: `SCRAM-${hash}${plus ? '-PLUS' : ''}`,
    cleartext: false,
    begin: (context) => new ScramExchange(context, hash, plus, nonce),
  };
}

function randomNonce(): string {
  return randomBytes(NONCE_BYTES).toString('base64');
}

/** What is known once the server has sent its challenge. */
interface Challenged {
  readonly user: Jid;
  readonly keys: ScramKeys;
  readonly nonce: string;
  /** What `c=` must decode to. */
  readonly bindingInput: Buffer;
  /** `client-first-message-bare "," server-first-message ","` */
  readonly authMessageStart: string;
}

class ScramExchange implements SaslExchange {
  readonly #context: SaslContext;
  readonly #hash: ScramHash;
  readonly #plus: boolean;
  readonly #makeNonce: () => string;
  #challenged: Challenged | undefined;
  claimed: string | undefined;

  constructor(context: SaslContext, hash: ScramHash, plus: boolean, makeNonce: () => string) {
    this.#context = context;
    this.#hash = hash;
    this.#plus = plus;
    this.#makeNonce = makeNonce;
  }

  async step(message: Buffer | undefined): Promise<SaslStep> {
    if (this.#challenged !== undefined) return this.#finish(this.#challenged, decodeUtf8(message ?? Buffer.alloc(0)));
    return message === undefined ? EMPTY_CHALLENGE : this.#challenge(parseClientFirst(decodeUtf8(message)));
  }

  async #challenge(first: ClientFirst): Promise<SaslStep> {
    const bindingInput = this.#bindingInput(first);
    const user = resolveUser(this.#context.domain, first.username, first.authzid);
    this.claimed = user.local;
    const keys = await this.#context.store.scramKeys(user.local ?? '', this.#hash);
    const nonce = first.nonce + this.#makeNonce();
    const challenge = `r=${nonce},s=${keys.salt.toString('base64')},i=${keys.iterations}`;
    this.#challenged = { user, keys, nonce, bindingInput, authMessageStart: `${first.bare},${challenge},` };
    return { done: false, challenge: Buffer.from(challenge, 'utf8') };
  }

  /** RFC 5802 §6: refuse what somebody between may have changed. */
  #bindingInput({ binding, gs2Header }: ClientFirst): Buffer {
    const header = Buffer.from(gs2Header, 'utf8');
    if (binding === 'n' || binding === 'y') {
      if (this.#plus) throw new SaslFailure('malformed-request', 'This mechanism needs channel binding');
      // The client thinks that the server cannot do it, but it was offered: somebody took that out of the list.
      if (binding === 'y' && this.#context.binding !== undefined) {
        throw new SaslFailure('not-authorized', 'The server does support channel binding');
      }
      return header;
    }
    if (!this.#plus) throw new SaslFailure('malformed-request', 'This mechanism does no channel binding');
    const data = this.#context.binding?.data(binding.type);
    if (data === undefined) throw new SaslFailure('malformed-request', 'Unsupported channel binding type');
    return Buffer.concat([header, data]);
  }

  #finish({ user, keys, nonce, bindingInput, authMessageStart }: Challenged, message: string): SaslStep {
    const final = parseClientFinal(message);
    const binding = decodeBase64(final.channelBinding);
    const proof = decodeBase64(final.proof);
    if (binding === undefined || proof === undefined) throw new SaslFailure('malformed-request', 'Not base64');
    if (final.nonce !== nonce) throw new SaslFailure('not-authorized', 'Another nonce');
    if (!equal(binding, bindingInput)) throw new SaslFailure('not-authorized', 'The channel bindings do not match');

    const digest = digestName(this.#hash);
    const authMessage = authMessageStart + final.withoutProof;
    const signature = createHmac(digest, keys.storedKey).update(authMessage).digest();
    if (proof.length !== signature.length) throw new SaslFailure('malformed-request', 'A proof of another length');
    const clientKey = signature.map((byte, i) => byte ^ (proof[i] ?? 0));
    if (!equal(createHash(digest).update(clientKey).digest(), keys.storedKey)) throw new SaslFailure('not-authorized');
    const verifier = createHmac(digest, keys.serverKey).update(authMessage).digest('base64');
    return { done: true, user, data: Buffer.from(`v=${verifier}`, 'latin1') };
  }
}

function equal(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
