/** ANONYMOUS (RFC 4505, XEP-0175 v1.2): everybody gets an account of their own, for one session. */
import { randomUUID } from 'node:crypto';
import { Jid } from '../../jid/jid.ts';
import { SaslFailure } from '../../stanza/sasl-failure.ts';
import { decodeUtf8, type SaslContext, type SaslMechanism, type SaslStep } from './mechanism.ts';

/** Longest trace information in characters (RFC 4505 §2). */
const MAX_TRACE = 255;

/** The mechanism ANONYMOUS. What a client says of itself is of no use to it (XEP-0175 §3). */
export const anonymous: SaslMechanism = {
  name: 'ANONYMOUS',
  cleartext: false,
  begin: ({ domain }: SaslContext) => ({
    // Without an initial response too: that is how XEP-0175 §4 has it.
    step: (trace) => Promise.resolve().then(() => admit(domain, trace ?? Buffer.alloc(0))),
  }),
};

function admit(domain: string, trace: Buffer): SaslStep {
  if ([...decodeUtf8(trace)].length > MAX_TRACE)
    throw new SaslFailure('malformed-request', 'Too much trace information');
  const user = Jid.of(randomUUID(), domain, undefined);
  if (user === undefined) throw new SaslFailure('temporary-auth-failure');
  return { done: true, user, data: undefined };
}
