/** Requests for certificates, for authorities to sign (PKCS #10, RFC 2986). */
import { createPrivateKey } from 'node:crypto';
import { der, oid, TAG } from './der.ts';
import { extensionsFor, pem, publicPart, signed, subjectOf } from './x509-parts.ts';

/** The attribute that holds extensions which are asked for (RFC 2985 §5.4.2). */
const EXTENSION_REQUEST = oid('1.2.840.113549.1.9.14');

/**
 * A request for a certificate that names those domains, the first one as its subject, in PEM.
 * @param key private key in PEM
 * @throws Error it is none, or no key that can sign
 */
export function certificateRequest(domains: readonly [string, ...string[]], key: string): string {
  const own = createPrivateKey(key);
  const body = der(
    TAG.sequence,
    der(TAG.integer, Buffer.from([0])),
    subjectOf(domains[0]),
    publicPart(own),
    der(TAG.explicit0, der(TAG.sequence, EXTENSION_REQUEST, der(TAG.set, extensionsFor(domains, own)))),
  );
  return pem('CERTIFICATE REQUEST', signed(body, own));
}
