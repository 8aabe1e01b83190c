/** PLAIN (RFC 4616): the password itself. Fit for encrypted streams only. */
import type { Jid } from '../../jid/jid.ts';
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

/** Longest password in bytes; a longer one costs nobody a key derivation. */
const MAX_PASSWORD_BYTES = 1023;

/** The mechanism PLAIN. */
export const plain: SaslMechanism = {
  name: 'PLAIN',
  cleartext: true,
  begin: (context) => new PlainExchange(context),
};

class PlainExchange implements SaslExchange {
  readonly #context: SaslContext;
  claimed: string | undefined;

  constructor(context: SaslContext) {
    this.#context = context;
  }

  async step(message: Buffer | undefined): Promise<SaslStep> {
    if (message === undefined) return EMPTY_CHALLENGE;
    const { authzid, authcid, password } = parse(message);
    const user = resolveUser(this.#context.domain, authcid, authzid);
    this.claimed = user.local;
    if (!(await this.#accepts(user, password))) throw new SaslFailure('not-authorized');
    return { done: true, user, data: undefined };
  }

  async #accepts({ local }: Jid, password: string): Promise<boolean> {
    return local !== undefined && (await this.#context.store.checkPassword(local, password));
  }
}

/** RFC 4616 §2: `[authzid] NUL authcid NUL passwd`, the latter two not empty. */
function parse(message: Buffer): { authzid: string | undefined; authcid: string; password: string } {
  const first = message.indexOf(0);
  const second = message.indexOf(0, first + 1);
  if (first < 0 || second < 0 || message.indexOf(0, second + 1) >= 0) {
    throw new SaslFailure('malformed-request', 'Not three parts');
  }
  if (second === first + 1 || message.length === second + 1) {
    throw new SaslFailure('malformed-request', 'The user name or the password is empty');
  }
  if (message.length - second - 1 > MAX_PASSWORD_BYTES) {
    throw new SaslFailure('malformed-request', `A password has at most ${MAX_PASSWORD_BYTES} bytes`);
  }
  return {
    authzid: first === 0 ? undefined : decodeUtf8(message.subarray(0, first)),
    authcid: decodeUtf8(message.subarray(first + 1, second)),
    password: decodeUtf8(message.subarray(second + 1)),
  };
}
