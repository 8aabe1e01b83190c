/** Encryption of client streams: the host's certificate, and STARTTLS (RFC 6120 §5). */
import { access, readFile } from 'node:fs/promises';
import { z } from 'zod';
import { ConfigError } from '../../config/config-error.ts';
import { defineModule } from '../../host/module.ts';
import type { CertificatePair, ServedCertificate, TlsHostOptions } from '../../net/interface.ts';
import { starttlsFeature } from '../../stream/features/starttls.ts';
import { expiryNotice } from './expiry.ts';
import { SERVICE_TABLE, SSL_TABLE, readSslTable } from './ssl-table.ts';

const DAY = 86_400_000;

export default defineModule({
  name: 'tls',
  summary: 'Certificates of the host, and STARTTLS',
  xeps: [],
  scope: 'host',
  options: z.object({
    c2s_require_encryption: z
      .boolean()
      .default(true)
      .describe('Nobody logs in over a connection that is not encrypted'),
    certificates: z.string().default('certs').describe('Folder in which the certificate of the host is looked for'),
    certificate: z.string().optional().describe('File with the certificate of the host and its chain, in PEM'),
    certificate_key: z
      .string()
      .optional()
      .describe('File with its key; where it is not given, `NAME.key` beside `NAME.crt`, `privkey` beside `fullchain`'),
    tls_profile: z
      .enum(['modern', 'intermediate', 'old', 'legacy'])
      .default('intermediate')
      .describe('Versions and ciphers of TLS, by Mozilla’s “Server Side TLS”; none allows less than TLS 1.2'),
    ssl: SSL_TABLE.default({}).describe(
      'Certificate, key, protocol, ciphers and curves of TLS, over those of the profile',
    ),
    c2s_ssl: SERVICE_TABLE.default({ verify: 'none' }).describe(
      'The same over `ssl`, for client connections; with `verify: peer` clients may log in by certificates that the authorities in the file `cafile` or the folder `capath` have issued',
    ),
    c2s_direct_tls_ssl: SERVICE_TABLE.optional().describe(
      'The same in the place of `c2s_ssl`, where TLS starts with the first byte',
    ),
    c2s_direct_tls_certificate: z
      .string()
      .optional()
      .describe('File with another certificate and its chain, where TLS starts with the first byte'),
  }),

  async setup(m) {
    const start = async (options: TlsHostOptions): Promise<ServedCertificate> => {
      const { stop, ...served } = await serve(m.domain, options, (domain, wanted) =>
        m.host.server.network.tls.serve(domain, wanted),
      );
      m.onUnload(stop);
      return served;
    };
    const warned = new Set<string>();
    const warnOf = (text: string): void => {
      if (!warned.has(text)) m.log.warn({}, text);
      warned.add(text);
    };
    const { c2s_direct_tls_ssl: ownTable, c2s_direct_tls_certificate: ownCertificate } = m.options;
    const options = await optionsOf(m.domain, m.options, 'c2s_ssl', m.options.c2s_ssl, warnOf);
    const served = await start(options);
    if (ownTable !== undefined || ownCertificate !== undefined) {
      const table = {
        ...(ownTable ?? m.options.c2s_ssl),
        ...(ownCertificate !== undefined && { certificate: ownCertificate, key: undefined }),
      };
      const own = await optionsOf(m.domain, m.options, 'c2s_direct_tls_ssl', table, warnOf);
      await start({ ...own, service: 'c2s_direct_tls' });
    }
    const { path, selfSigned, expires, expired } = served;
    const files = path === undefined ? {} : { certificate: path, key: options.certificate?.key ?? keyFor(path) };
    m.log.info({ certificate: 'in memory', ...files, expires: new Date(expires).toISOString() }, 'certificate in use');
    if (selfSigned) m.log.warn({}, 'the certificate is self-signed: clients will not trust it by themselves');
    for (const file of expired) m.log.warn({ certificate: file }, 'a certificate that has expired is not used');
    m.gauge('certificate_expiry_timestamp_seconds', 'End of the certificate in use, seconds since 1970').set(
      expires / 1000,
    );
    let told: number | undefined;
    const warn = (): void => {
      const notice = expiryNotice(expires - m.now() / 1000, told);
      if (notice === undefined) return;
      told = notice.stage;
      if (notice.days < 0) m.log.error({}, 'the certificate has expired');
      else m.log.warn({ days: notice.days }, 'the certificate is about to expire');
    };
    warn();
    m.every(DAY, 'certificate-expiry', warn);
    m.streamFeature(starttlsFeature(m.options.c2s_require_encryption));
  },
});

type Table = z.infer<typeof SSL_TABLE>;
type ServiceTable = z.infer<typeof SERVICE_TABLE>;

interface Options {
  readonly certificates: string;
  readonly certificate?: string | undefined;
  readonly certificate_key?: string | undefined;
  readonly tls_profile: TlsHostOptions['profile'] | 'legacy';
  readonly ssl: Table;
}

async function optionsOf(
  domain: string,
  options: Options,
  name: string,
  own: ServiceTable,
  warn: (text: string) => void,
): Promise<TlsHostOptions> {
  const { certificates: directory, tls_profile: profile, ssl } = options;
  const authorities = own.verify === 'peer' ? (own.cafile ?? own.capath) : undefined;
  if (own.verify === 'peer' && authorities === undefined) {
    throw new ConfigError(`${domain}: ${name}: verify = "peer" needs a cafile: no public authority vouches for users`);
  }
  const tables = [readSslTable('ssl', ssl), readSslTable(name, own, ['verify', 'cafile', 'capath'])];
  for (const { warnings } of tables) for (const text of warnings) warn(text);
  const dhparam = own.dhparam ?? ssl.dhparam;
  const certificate = (await pairOf({ ...ssl, ...own }, warn)) ?? given(options.certificate, options.certificate_key);
  return {
    profile: profile === 'legacy' ? 'old' : profile,
    settings: {
      ...tables[0]?.settings,
      ...tables[1]?.settings,
      ...(dhparam !== undefined && { dhparam: dhparam === 'auto' ? dhparam : await readFile(dhparam, 'latin1') }),
    },
    directory,
    ...(authorities !== undefined && { clientAuthorities: authorities }),
    ...(certificate !== undefined && { certificate }),
  };
}

/** The certificate of a table. Configurations name files that are not there, for hosts that have one in the folder. */
async function pairOf(
  { certificate, key, password }: Table,
  warn: (text: string) => void,
): Promise<CertificatePair | undefined> {
  const pair = given(certificate, key, password);
  for (const path of pair === undefined ? [] : [pair.certificate, pair.key]) {
    const missing = await access(path).then(
      () => false,
      () => true,
    );
    if (!missing) continue;
    warn(`ssl: there is no ${path}: the certificate is looked for in the folder`);
    return undefined;
  }
  return pair;
}

function given(
  certificate: string | undefined,
  key: string | undefined,
  passphrase?: string,
): CertificatePair | undefined {
  if (certificate === undefined) return undefined;
  return { certificate, key: key ?? keyFor(certificate), ...(passphrase !== undefined && { passphrase }) };
}

/** Where Prosody looks for the key. */
function keyFor(certificate: string): string {
  if (certificate.includes('fullchain')) return certificate.replace('fullchain', 'privkey');
  return certificate.endsWith('.crt') ? `${certificate.slice(0, -4)}.key` : certificate;
}

async function serve<T>(
  domain: string,
  options: TlsHostOptions,
  start: (domain: string, options: TlsHostOptions) => Promise<T>,
): Promise<T> {
  try {
    return await start(domain, options);
  } catch (error) {
    throw new ConfigError(`${domain}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
