/** Failures of SASL negotiation: the catalogue of RFC 6120 §6.5. */
import { el, type Element } from '../xml/element.ts';
import { ProtocolError } from './protocol-error.ts';

/** RFC 6120 §6.4: namespace of everything a SASL negotiation sends. */
export const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';

/** A defined condition (RFC 6120 §6.5). */
export type SaslCondition =
  | 'aborted'
  | 'account-disabled'
  | 'credentials-expired'
  | 'encryption-required'
  | 'incorrect-encoding'
  | 'invalid-authzid'
  | 'invalid-mechanism'
  | 'malformed-request'
  | 'mechanism-too-weak'
  | 'not-authorized'
  | 'temporary-auth-failure';

/** Ends one attempt to authenticate, not the stream (§6.4.5). Carries no stack. */
export class SaslFailure extends ProtocolError {
  readonly condition: SaslCondition;
  /** For people, in English. Says nothing that tells an unknown user from a wrong password. */
  readonly text: string | undefined;

  static {
    this.prototype.name = 'SaslFailure';
  }

  constructor(condition: SaslCondition, text?: string) {
    super(text === undefined ? condition : `${condition}: ${text}`);
    this.condition = condition;
    this.text = text;
  }

  /** `<failure/>` */
  toElement(): Element {
    return el(
      'failure',
      NS_SASL,
      el(this.condition, NS_SASL),
      this.text === undefined ? undefined : el('text', NS_SASL, this.text),
    );
  }
}
