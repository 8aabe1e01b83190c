/** A configuration for `openssl req`, with the names that certificates of XMPP servers have (RFC 6120 §13.7.1.2). */
import { domainToASCII } from 'node:url';
import { OID } from '../net/tls/certificate-names.ts';

/** The text of it; the first name is the subject. */
export function opensslConfig(names: readonly [string, ...string[]]): string {
  const ascii = names.map((name) => domainToASCII(name) || name);
  const others = names.flatMap((name, index) => [
    `${OID.dnsSrv};IA5STRING:_xmpp-client.${ascii[index]}`,
    `${OID.dnsSrv};IA5STRING:_xmpp-server.${ascii[index]}`,
    `${OID.xmppAddr};UTF8:${name}`,
  ]);
  return `# A request:     openssl req -new -config THIS -key HOST.key -out HOST.req
# Self-signed:   openssl req -new -x509 -days 825 -config THIS -key HOST.key -out HOST.crt

[req]
prompt = no
utf8 = yes
string_mask = utf8only
default_md = sha256
distinguished_name = subject
req_extensions = extensions
x509_extensions = extensions

[subject]
commonName = ${ascii[0]?.slice(0, 64)}

[extensions]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature,keyEncipherment
extendedKeyUsage = serverAuth,clientAuth
subjectAltName = @names

[names]
${ascii.map((name, index) => `DNS.${index} = ${name}`).join('\n')}
${others.map((name, index) => `otherName.${index} = ${name}`).join('\n')}
`;
}
