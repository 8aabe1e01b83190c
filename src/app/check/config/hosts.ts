/** Findings of `config` in hosts, components and what they are made of. */
import type { RawConfig } from '../../../config/raw-config.ts';
import type { HostConfig } from '../../../host/host.ts';
import { readSslTable, SSL_TABLE } from '../../../modules/tls/ssl-table.ts';
import { clientPorts, moduleOptions } from '../module-options.ts';
import { placeOf } from '../place.ts';
import { userHosts, type Subject } from '../check.ts';
import type { Catalogue, Find, Finding } from '../finding.ts';

export const HOSTS = {
  'encryption-without-tls': [
    'error',
    'Encryption is required and the module tls is not loaded: nobody can log in.',
    'Add "tls" to modules_enabled.',
  ],
  'login-impossible': [
    'advice',
    'The module saslauth is not loaded: nobody can log in.',
    'Add "saslauth" to modules_enabled, unless the host is for programs alone that come another way.',
  ],
  'ports-twice': ['error', 'One port is asked for by two services.', 'Choose another port for one of them.'],
  'component-unreferenced': [
    'advice',
    'A component is no subdomain of a host and stands in no `disco_items`: clients do not find it.',
    'Name it below a host, such as rooms.example.org, or in disco_items.',
  ],
  'host-name-a-label': ['advice', 'A domain is written in its ASCII form, xn--….', 'Write it as people read it.'],
  'host-name-service': [
    'info',
    'A host is named like a service, such as chat.example.org: addresses of users are longer than need be.',
    'Where nobody uses it yet, serve example.org, and point SRV records at this machine.',
  ],
  'host-name-placeholder': [
    'advice',
    'A host has a name that stands in examples: a variable such as PROSODY_DOMAIN was most likely not set.',
    'Set the domain that is meant.',
  ],
  'admin-elsewhere': [
    'advice',
    'An administrator has an address on a domain that is not served here: whoever runs that domain is an administrator.',
    'Name accounts of this server.',
  ],
  'admin-nowhere': [
    'info',
    'A host has no administrator.',
    'Set admins where somebody should manage the server from a client.',
  ],
  'registration-open': [
    'advice',
    'Everybody may make an account.',
    'Set allow_registration = false, unless this is a public server that somebody looks after.',
  ],
  'tls-option-ignored': ['advice', 'A member of an `ssl` table cannot be done as it says.', 'Correct or remove it.'],
} as const satisfies Catalogue;

type Told = Find<typeof HOSTS>;

/** Names that guides and images put where a domain belongs (RFC 2606 §3 has some of them). */
const PLACEHOLDER = /(^|\.)(domain\.(com|tld)|your-?domain\.(com|tld)|example\.(com|net|org)|yourserver\.\w+)$/;

/** Look at hosts and components. */
export async function hostFindings(find: Told, subject: Pick<Subject, 'raw' | 'settings'>): Promise<Finding[]> {
  const { raw, settings } = subject;
  const served = new Set(settings.hosts.map(({ domain }) => domain));
  const findings = [
    ...names(find, raw),
    ...components(find, raw, settings.hosts),
    ...(await ports(find, raw, userHosts(subject))),
  ];
  for (const host of userHosts(subject)) findings.push(...(await hostFinding(find, raw, host, served)));
  return findings;
}

async function hostFinding(
  find: Told,
  raw: RawConfig | undefined,
  host: HostConfig,
  served: ReadonlySet<string>,
): Promise<Finding[]> {
  const { domain, modules, options } = host;
  const found: Finding[] = [];
  const at = (option: string, path?: readonly PropertyKey[]): string | undefined => placeOf(raw, domain, option, path);
  const login = await moduleOptions(host, 'saslauth');
  if (!modules.includes('saslauth')) {
    found.push(find('login-impossible', `${domain} has no module saslauth.`, at('modules_enabled')));
  } else if (!modules.includes('tls') && login.get('allow_unencrypted_plain_auth') !== true) {
    if (login.get('c2s_require_encryption') !== false) {
      found.push(
        find('encryption-without-tls', `${domain} requires encryption and has no module tls.`, at('modules_enabled')),
      );
    }
  }
  const registration = await moduleOptions(host, 'register_ibr');
  if (registration.get('allow_registration') === true && registration.get('registration_invite_only') !== true) {
    found.push(find('registration-open', `Everybody may make an account on ${domain}.`, at('allow_registration')));
  }
  const lists: readonly unknown[] = [options['admins'], options['host_admins']];
  const admins: readonly unknown[] = lists.flatMap((list): readonly unknown[] => (Array.isArray(list) ? list : []));
  for (const admin of admins) {
    const elsewhere = String(admin).split('/')[0]?.split('@').at(-1) ?? '';
    if (served.has(elsewhere.toLowerCase())) continue;
    found.push(
      find(
        'admin-elsewhere',
        `${String(admin)} is an administrator of ${domain}, and ${elsewhere} is not served here.`,
        at('admins'),
      ),
    );
  }
  if (admins.length === 0) found.push(find('admin-nowhere', `${domain} has no administrator.`));
  for (const name of ['ssl', 'c2s_ssl'] as const) {
    const table = SSL_TABLE.safeParse(options[name] ?? {});
    const elsewhere = name === 'c2s_ssl' ? ['verify', 'cafile'] : [];
    for (const warning of table.success ? readSslTable(name, table.data, elsewhere).warnings : []) {
      found.push(find('tls-option-ignored', `${domain}: ${warning}.`, at(name)));
    }
  }
  return found;
}

function* names(find: Told, raw: RawConfig | undefined): Generator<Finding> {
  for (const { domain, written, kind, at, settings } of raw?.hosts ?? []) {
    if (settings.get('enabled')?.value === false) continue;
    if (written?.split('.').some((label) => /^xn--/i.test(label)) === true) {
      yield find('host-name-a-label', `${written} is written in its ASCII form; people read ${domain}.`, at);
    }
    if (kind === 'host' && /^(jabber|xmpp|chat|im)\..+\./.test(domain)) {
      yield find('host-name-service', `${domain} is named like a service.`, at);
    }
    if (kind === 'host' && PLACEHOLDER.test(domain)) {
      yield find('host-name-placeholder', `${domain} is a name for examples.`, at);
    }
  }
}

function* components(find: Told, raw: RawConfig | undefined, served: readonly HostConfig[]): Generator<Finding> {
  const domains = served.map(({ domain }) => domain);
  const linked = served.flatMap(({ options }) => {
    const items: readonly unknown[] = Array.isArray(options['disco_items']) ? options['disco_items'] : [];
    return items.map((item) => (Array.isArray(item) ? String(item[0]) : String(item)));
  });
  for (const { domain, kind } of served) {
    if (kind === 'host' || linked.includes(domain)) continue;
    if (domains.includes(domain.slice(domain.indexOf('.') + 1))) continue;
    const at = raw?.hosts.find((one) => one.domain === domain)?.at;
    yield find('component-unreferenced', `${domain} is no subdomain of a host and in no disco_items.`, at);
  }
}

async function ports(find: Told, raw: RawConfig | undefined, hosts: readonly HostConfig[]): Promise<Finding[]> {
  const [host] = hosts;
  if (host === undefined) return [];
  const { plain, direct } = await clientPorts(host);
  return direct
    .filter((port) => port !== 0 && plain.includes(port))
    .map((port) =>
      find(
        'ports-twice',
        `Port ${port} is for STARTTLS and for direct TLS.`,
        placeOf(raw, host.domain, 'c2s_direct_tls_ports'),
      ),
    );
}
