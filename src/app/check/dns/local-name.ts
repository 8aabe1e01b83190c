/** Names that the domain name system does not know. */
import { isIP } from 'node:net';

/** Is it a name of this machine, of a home or for tests (RFC 6761, RFC 8375), or an address? */
export function isLocalName(domain: string): boolean {
  if (isIP(domain.replace(/^\[|\]$/g, '')) !== 0) return true;
  return !domain.includes('.') || /\.(local|localhost|test|invalid|example|internal|lan|home\.arpa)$/.test(domain);
}
