/** EXTERNAL (RFC 4422 appendix A) by the client's certificate (XEP-0178 v1.2 §2, RFC 6120 §6.3.8). */
import { Jid } from '../../jid/jid.ts';
import { SaslFailure } from '../../stanza/sasl-failure.ts';
import {
  decodeUtf8,
  EMPTY_CHALLENGE,
  type SaslContext,
  type SaslExchange,
  type SaslMechanism,
  type SaslStep,
} from './mechanism.ts';

/** The mechanism EXTERNAL. */
export const external: SaslMechanism = {
  name: 'EXTERNAL',
  cleartext: false,
  begin: (context) => new ExternalExchange(context),
};

/** Accounts that a certificate is for: the bare JIDs among its addresses. */
export function accountsOf(addresses: readonly string[]): Jid[] {
  return addresses.flatMap((address) => {
    const jid = Jid.parse(address);
    return jid?.local === undefined || jid.resource !== undefined ? [] : [jid];
  });
}

class ExternalExchange implements SaslExchange {
  readonly #context: SaslContext;

  constructor(context: SaslContext) {
    this.#context = context;
  }

  async step(message: Buffer | undefined): Promise<SaslStep> {
    if (message === undefined) return EMPTY_CHALLENGE;
    const { certified, domain, store } = this.#context;
    const user = choose(accountsOf(certified), decodeUtf8(message));
    const { local } = user;
    if (user.domain !== domain || local === undefined || !(await store.exists(local))) {
      throw new SaslFailure('not-authorized');
    }
    return { done: true, user, data: undefined };
  }
}

/** XEP-0178 §2 step 11: the account that the client names, or the only one there is. */
function choose(accounts: readonly Jid[], authzid: string): Jid {
  const [only, ...more] = accounts;
  if (only === undefined) throw new SaslFailure('not-authorized');
  if (authzid === '') {
    if (more.length > 0) throw new SaslFailure('invalid-authzid', 'The certificate has several addresses: name one');
    return only;
  }
  const wanted = Jid.parse(authzid);
  const found = wanted && accounts.find((account) => account.equals(wanted));
  if (found === undefined) throw new SaslFailure('invalid-authzid');
  return found;
}
