/** Options that make a server less safe, each of which is told. */
import type { HostConfig } from '../../../host/host.ts';
import type { Subject } from '../check.ts';
import type { Catalogue, Find, Finding } from '../finding.ts';
import { placeOf } from '../place.ts';

export const INSECURE = {
  'insecure-c2s-encryption': [
    'error',
    '`c2s_require_encryption = false`: passwords and messages may cross the network in clear.',
    'Remove it.',
  ],
  'insecure-plain-password': [
    'error',
    '`allow_unencrypted_plain_auth = true`: whoever listens on the network reads passwords.',
    'Remove it.',
  ],
  'insecure-s2s-encryption': [
    'advice',
    '`s2s_require_encryption = false`: messages to other servers may cross the network in clear.',
    'Remove it.',
  ],
  'insecure-s2s-identity': [
    'advice',
    '`s2s_secure_auth = false`: other servers need no valid certificate.',
    'Set s2s_secure_auth = true.',
  ],
  'insecure-any-password': ['error', 'The authentication lets everybody into every account.', 'Use "internal_hashed".'],
  'insecure-stored-password': [
    'advice',
    'Passwords are stored as they are: whoever reads the data or a backup has them.',
    'Use "internal_hashed".',
  ],
  'insecure-anonymous': [
    'info',
    'Everybody may log in without an account.',
    'Keep such a host apart from those with accounts.',
  ],
  'insecure-tls-profile': [
    'advice',
    '`tls_profile` is "old" or "legacy": ciphers are accepted that nothing of the last ten years needs.',
    'Use "intermediate".',
  ],
  'insecure-ciphers': ['error', 'Ciphers are enabled that are broken.', 'Remove `ciphers`: the profile has good ones.'],
  'insecure-proxied': [
    'advice',
    '`consider_bosh_secure` or `consider_websocket_secure` is set: connections in clear count as encrypted.',
    'Keep it only where a proxy on this machine does the encryption.',
  ],
  'insecure-component-port': [
    'advice',
    'The port for components is open to the network, where its secret crosses in clear.',
    'Set component_interfaces = { "127.0.0.1" }.',
  ],
  'insecure-root': ['advice', 'The server is allowed to run as root.', 'Remove run_as_root, and set prosody_user.'],
  'forgetful-storage': [
    'advice',
    '`storage` is "memory": everything is gone when the server stops.',
    'Use "sqlite" or "postgresql".',
  ],
  'forgetful-commit': [
    'advice',
    '`synchronous` is "normal": a power cut loses the last seconds, though they were acknowledged.',
    'Remove it, unless that is meant.',
  ],
  'memory-unlimited': ['advice', '`memory_limit` is 0: nothing stops the server from using all memory.', 'Remove it.'],
} as const satisfies Catalogue;

/** Ciphers without encryption, without authentication, or broken; as OpenSSL writes them. */
const BROKEN = /(^|[:+,\s])(e?NULL|aNULL|EXP(ORT)?|RC4|3?DES|DES-CBC3?|MD5|ADH|AECDH|LOW|SEED|IDEA|ALL)\b/i;

type Row = readonly [id: keyof typeof INSECURE, option: string, bad: (value: unknown) => boolean];

const is =
  (...values: readonly unknown[]) =>
  (value: unknown): boolean =>
    values.includes(value);

const ROWS: readonly Row[] = [
  ['insecure-c2s-encryption', 'c2s_require_encryption', is(false)],
  ['insecure-plain-password', 'allow_unencrypted_plain_auth', is(true)],
  ['insecure-s2s-encryption', 's2s_require_encryption', is(false)],
  ['insecure-s2s-identity', 's2s_secure_auth', is(false)],
  ['insecure-any-password', 'authentication', is('insecure')],
  ['insecure-stored-password', 'authentication', is('internal_plain')],
  ['insecure-anonymous', 'authentication', is('anonymous')],
  ['insecure-tls-profile', 'tls_profile', is('old', 'legacy')],
  ['insecure-ciphers', 'ssl', weakCiphers],
  ['insecure-ciphers', 'c2s_ssl', weakCiphers],
  ['insecure-proxied', 'consider_bosh_secure', is(true)],
  ['insecure-proxied', 'consider_websocket_secure', is(true)],
  ['insecure-component-port', 'component_interfaces', isPublic],
  ['insecure-component-port', 'component_interface', isPublic],
  ['insecure-root', 'run_as_root', is(true)],
];

/** Look at the options of hosts and of the server. */
export function insecureFindings(
  find: Find<typeof INSECURE>,
  { raw, settings }: Pick<Subject, 'raw' | 'settings'>,
): Finding[] {
  const found = settings.hosts.flatMap((host) => [...ofHost(find, host, raw)]);
  const { storage, memoryLimit } = settings;
  const place = (option: string): string | undefined => placeOf(raw, undefined, option);
  if (storage.kind === 'memory')
    found.push(find('forgetful-storage', 'Data is kept in memory alone.', place('storage')));
  if (storage.kind === 'sqlite' && storage.synchronous === 'normal') {
    found.push(
      find('forgetful-commit', 'sql: synchronous is "normal".', placeOf(raw, undefined, 'sql', ['synchronous'])),
    );
  }
  if (memoryLimit === 0) found.push(find('memory-unlimited', 'memory_limit is 0.', place('memory_limit')));
  return found;
}

function* ofHost(find: Find<typeof INSECURE>, host: HostConfig, raw: Subject['raw']): Generator<Finding> {
  const { domain, kind, options } = host;
  const values = new Map<string, unknown>(Object.entries(options));
  for (const [id, option, bad] of ROWS) {
    if (kind === 'component' || !bad(values.get(option))) continue;
    const shown = option.endsWith('ssl') ? 'ciphers that are broken' : JSON.stringify(values.get(option));
    yield find(id, `${domain}: ${option} is ${shown}.`, placeOf(raw, domain, option));
  }
}

function weakCiphers(table: unknown): boolean {
  const ciphers: unknown =
    typeof table === 'object' && table !== null && 'ciphers' in table ? table.ciphers : undefined;
  const list = Array.isArray(ciphers) ? ciphers.map(String) : typeof ciphers === 'string' ? ciphers.split(':') : [];
  return list.some((cipher) => !/^[!-]/.test(cipher) && BROKEN.test(cipher));
}

function isPublic(value: unknown): boolean {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.some((address) => typeof address === 'string' && !/^(127\.|::1$|localhost$|\/)/.test(address));
}
