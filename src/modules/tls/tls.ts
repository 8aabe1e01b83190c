/** Encryption of client streams: the host's certificate, and STARTTLS (RFC 6120 §5). */
import { z } from 'zod';
import { ConfigError } from '../../config/config-error.ts';
import { defineModule } from '../../host/module.ts';
import type { TlsHostOptions } from '../../net/interface.ts';
import { starttlsFeature } from '../../stream/features/starttls.ts';

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
      .enum(['modern', 'intermediate', 'old'])
      .default('intermediate')
      .describe('Versions and ciphers of TLS, by Mozilla’s “Server Side TLS”; none allows less than TLS 1.2'),
  }),

  async setup(m) {
    const served = await serve(m.domain, optionsOf(m.options), (domain, options) =>
      m.host.server.network.tls.serve(domain, options),
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

interface Options {
  readonly certificates: string;
  readonly certificate?: string | undefined;
  readonly certificate_key?: string | undefined;
  readonly tls_profile: TlsHostOptions['profile'];
}

function optionsOf(options: Options): TlsHostOptions {
  const { certificate, certificate_key: key } = options;
  return {
    profile: options.tls_profile,
    directory: options.certificates,
    ...(certificate !== undefined && { certificate: { certificate, key: key ?? keyFor(certificate) } }),
  };
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
