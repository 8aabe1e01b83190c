/** Encryption of client streams: the host's certificate, and STARTTLS (RFC 6120 §5). */
import { access, readFile } from 'node:fs/promises';
import { z } from 'zod';
import { ConfigError } from '../../config/config-error.ts';
import { defineModule } from '../../host/module.ts';
import type { CertificatePair, TlsHostOptions } from '../../net/interface.ts';
import { starttlsFeature } from '../../stream/features/starttls.ts';
import { SSL_TABLE, readSslTable } from './ssl-table.ts';

const DAY = 86_400_000;
/** A certificate that expires within that many milliseconds is warned of. */
const EXPIRY_WARNING = 14 * DAY;

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
    c2s_ssl: SSL_TABLE.extend({
      verify: z.enum(['none', 'peer']).default('none'),
      cafile: z.string().min(1).optional(),
    })
      .default({ verify: 'none' })
      .describe(
        'The same over `ssl`, for client connections; with `verify: peer` clients may log in by certificates that the authorities in `cafile` have issued',
      ),
  }),

  async setup(m) {
    if (m.options.c2s_ssl.verify === 'peer' && m.options.c2s_ssl.cafile === undefined) {
      throw new ConfigError(
        `${m.domain}: c2s_ssl: verify = "peer" needs a cafile: no public authority vouches for users`,
      );
    }
    const served = await serve(
      m.domain,
      await optionsOf(m.options, (text) => m.log.warn({}, text)),
      (domain, options) => m.host.server.network.tls.serve(domain, options),
    );
    m.onUnload(served.stop);
    const { path, selfSigned, expires } = served;
    m.log.info({ certificate: path ?? 'in memory', expires: new Date(expires).toISOString() }, 'certificate in use');
    if (selfSigned) m.log.warn({}, 'the certificate is self-signed: clients will not trust it by themselves');
    const warn = (): void => {
      const left = expires - m.now() / 1000;
      if (left < EXPIRY_WARNING) m.log.warn({ days: Math.floor(left / DAY) }, 'the certificate is about to expire');
    };
    warn();
    m.every(DAY, 'certificate-expiry', warn);
    m.streamFeature(starttlsFeature(m.options.c2s_require_encryption));
  },
});

type Table = z.infer<typeof SSL_TABLE>;

interface Options {
  readonly certificates: string;
  readonly certificate?: string | undefined;
  readonly certificate_key?: string | undefined;
  readonly tls_profile: TlsHostOptions['profile'] | 'legacy';
  readonly ssl: Table;
  readonly c2s_ssl: Table & { readonly verify: 'none' | 'peer'; readonly cafile?: string | undefined };
}

async function optionsOf(options: Options, warn: (text: string) => void): Promise<TlsHostOptions> {
  const { certificates: directory, tls_profile: profile, ssl, c2s_ssl: own } = options;
  const tables = [readSslTable('ssl', ssl), readSslTable('c2s_ssl', own, ['verify', 'cafile'])];
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
    ...(own.verify === 'peer' && own.cafile !== undefined && { clientAuthorities: own.cafile }),
    ...(certificate !== undefined && { certificate }),
  };
}

/** The certificate of a table. Configurations name files that are not there, for hosts that have one in the folder. */
async function pairOf({ certificate, key }: Table, warn: (text: string) => void): Promise<CertificatePair | undefined> {
  const pair = given(certificate, key);
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

function given(certificate: string | undefined, key: string | undefined): CertificatePair | undefined {
  return certificate === undefined ? undefined : { certificate, key: key ?? keyFor(certificate) };
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
