/** A SASL mechanism (RFC 4422) as the server side of an exchange: pure, but for the backend it asks. */
import { isUtf8 } from 'node:buffer';
import { Jid } from '../../jid/jid.ts';
import { SaslFailure } from '../../stanza/sasl-failure.ts';
import type { ScramHash, ScramKeys } from './scram-keys.ts';

/** Who knows the accounts. User names are canonical localparts. */
export interface CredentialStore {
  /** Is there such an account? */
  exists(username: string): Promise<boolean>;
  /**
   * Does the password fit the account? Takes as long for an unknown user as for a known one.
   * @throws SaslFailure `credentials-expired`, `temporary-auth-failure`
   */
  checkPassword(username: string, password: string): Promise<boolean>;
  /**
   * Keys of the account; for an unknown user those of `fakeScramKeys`, after the same time.
   * @throws SaslFailure as above
   */
  scramKeys(username: string, hash: ScramHash): Promise<ScramKeys>;
  /**
   * Asked once an account has proven itself, so that strangers learn nothing: may it log in? Missing: it may.
   * @throws SaslFailure `account-disabled` (RFC 6120 §6.5.1)
   */
  readonly admit?: (username: string) => Promise<void>;
}

/** Data that ties an exchange to the TLS connection below it (RFC 5056). */
export interface ChannelBinding {
  /** Types of data that there are, by their IANA names, the strongest first. */
  readonly types: readonly string[];
  /** The data of a type, e.g. `tls-exporter`; `undefined` where this connection has no such type. */
  data(type: string): Buffer | undefined;
}

/** What an exchange needs to know of its stream. */
export interface SaslContext {
  /** Canonical domain of the host. */
  readonly domain: string;
  readonly store: CredentialStore;
  /** Set where mechanisms with channel binding are offered on the stream. */
  readonly binding: ChannelBinding | undefined;
  /** Addresses in the client's certificate, if the host trusts it, as they stand there. */
  readonly certified: readonly string[];
}

/** What the server answers: a challenge, or that it is done. */
export type SaslStep =
  | { readonly done: false; readonly challenge: Buffer }
  | {
      readonly done: true;
      /** Bare JID of the account that has proven itself. */
      readonly user: Jid;
      /** Additional data with success (RFC 6120 §6.4.6). */
      readonly data: Buffer | undefined;
    };

/** One exchange of messages, from `<auth/>` to success or failure. */
export interface SaslExchange {
  /** Localpart of the account that the client says it has, once it has said so with a password. */
  readonly claimed?: string | undefined;
  /**
   * Take the client's next message.
   * @param message `undefined`: there was no initial response
   * @throws SaslFailure the exchange is over
   */
  step(message: Buffer | undefined): Promise<SaslStep>;
}

/** A mechanism. */
export interface SaslMechanism {
  /** As registered with IANA. */
  readonly name: string;
  /** Can whoever reads the stream read the password? */
  readonly cleartext: boolean;
  begin(context: SaslContext): SaslExchange;
}

/** The answer to a client that sent no initial response: please do now (RFC 4422 §3, §5). */
export const EMPTY_CHALLENGE: SaslStep = { done: false, challenge: Buffer.alloc(0) };

/** Decode a message that must be UTF-8. @throws SaslFailure `malformed-request` */
export function decodeUtf8(message: Buffer): string {
  if (!isUtf8(message)) throw new SaslFailure('malformed-request', 'Not UTF-8');
  return message.toString('utf8');
}

/**
 * The account that a simple user name means on this host (RFC 6120 §6.3.7), if the client may act as it: whoever names
 * an authorization identity must name the account's bare JID (§6.3.8).
 * @throws SaslFailure `not-authorized` (no account can have that name: the same answer as for a wrong password),
 *   `invalid-authzid`
 */
export function resolveUser(domain: string, username: string, authzid: string | undefined): Jid {
  const user = Jid.of(username, domain, undefined);
  if (user === undefined) throw new SaslFailure('not-authorized');
  if (authzid !== undefined && Jid.parse(authzid)?.equals(user) !== true) throw new SaslFailure('invalid-authzid');
  return user;
}
