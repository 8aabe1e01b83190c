/** Prosody's `ssl` table: what of it can be done is translated, what cannot is said. */
import { z } from 'zod';
import type { TlsSettings } from '../../net/interface.ts';

const words = z.union([z.string().min(1), z.array(z.string().min(1))]);

/** The table. Keys that are not translated are let in, for the warning that they get. */
export const SSL_TABLE = z.looseObject({
  certificate: z.string().min(1).optional(),
  key: z.string().min(1).optional(),
  protocol: z.string().optional(),
  ciphers: words.optional(),
  ciphersuites: words.optional(),
  curve: z.string().optional(),
  curveslist: z.array(z.string()).optional(),
  dhparam: z.string().optional(),
  password: z.string().optional(),
  options: words.optional(),
});

/** The table of a service, whose clients may have certificates. */
export const SERVICE_TABLE = SSL_TABLE.extend({
  verify: z.enum(['none', 'peer']).default('none'),
  cafile: z.string().min(1).optional(),
  capath: z.string().min(1).optional(),
});

/** What a table says. */
export interface SslSettings {
  readonly settings: TlsSettings;
  /** What is not done as it says, a sentence each. */
  readonly warnings: readonly string[];
}

type Version = 'TLSv1.2' | 'TLSv1.3';
type Table = z.infer<typeof SSL_TABLE>;

const VERSIONS: ReadonlyMap<string, Version | undefined> = new Map([
  ['sslv2', undefined],
  ['sslv3', undefined],
  ['sslv23', undefined],
  ['tlsv1', undefined],
  ['tlsv1_1', undefined],
  ['tlsv1_2', 'TLSv1.2'],
  ['tlsv1_3', 'TLSv1.3'],
]);

/** Flags of `options` that are so in any case, or about something that is not there any more. */
const GIVEN = new Set([
  'all',
  'no_sslv2',
  'no_sslv3',
  'no_tlsv1',
  'no_tlsv1_1',
  'no_compression',
  'no_renegotiation',
  'single_dh_use',
  'single_ecdh_use',
]);

const CURVES = ['X25519', 'P-256', 'P-384', 'P-521'];
const CURVE_NAMES: ReadonlyMap<string, string> = new Map([
  ['prime256v1', 'P-256'],
  ['secp256r1', 'P-256'],
  ['secp384r1', 'P-384'],
  ['secp521r1', 'P-521'],
]);

/** Keys that are read elsewhere. */
const ELSEWHERE = new Set(['certificate', 'key', 'dhparam']);

/**
 * Translate a table.
 * @param name of the option, for the warnings
 * @param elsewhere more keys that are not to be warned of
 */
export function readSslTable(name: string, table: Table, elsewhere: readonly string[] = []): SslSettings {
  const warnings: string[] = [];
  const warn = (key: string, what: string): void => void warnings.push(`${name}: ${key}: ${what}`);
  const settings = {
    ...protocolOf(table.protocol, warn),
    ...(table.ciphers !== undefined && { ciphers: list(table.ciphers).join(':') }),
    ...(table.ciphersuites !== undefined && { suites: list(table.ciphersuites).join(':') }),
    ...curvesOf(table),
    ...flagsOf(list(table.options ?? []), warn),
  };
  const known = new Set([...Object.keys(SSL_TABLE.shape), ...ELSEWHERE, ...elsewhere]);
  for (const key of Object.keys(table)) if (!known.has(key)) warn(key, 'has no effect here');
  return { settings, warnings };
}

type Warn = (key: string, what: string) => void;

function protocolOf(protocol: string | undefined, warn: Warn): TlsSettings {
  if (protocol === undefined) return {};
  const more = protocol.endsWith('+') || protocol === 'sslv23';
  const name = protocol.replace(/\+$/, '');
  if (!VERSIONS.has(name)) {
    warn('protocol', `there is no "${protocol}": the profile decides`);
    return {};
  }
  const version = VERSIONS.get(name);
  if (version === undefined) {
    warn('protocol', 'less than TLS 1.2 is not accepted (RFC 8996)');
    return { minVersion: 'TLSv1.2' };
  }
  return more ? { minVersion: version } : { minVersion: version, maxVersion: version };
}

function curvesOf({ curve, curveslist }: Table): TlsSettings {
  if (curveslist !== undefined && curveslist.length > 0) return { curves: curveslist.join(':') };
  if (curve === undefined || curve === 'auto') return {};
  const first = CURVE_NAMES.get(curve) ?? curve;
  return { curves: [first, ...CURVES.filter((other) => other !== first)].join(':') };
}

function flagsOf(flags: readonly string[], warn: Warn): TlsSettings {
  let settings: TlsSettings = {};
  for (const flag of flags) {
    if (flag === 'cipher_server_preference') settings = { ...settings, serverPreference: true };
    else if (flag === 'no_ticket') settings = { ...settings, tickets: false };
    else if (flag === 'no_tlsv1_3') settings = { ...settings, maxVersion: 'TLSv1.2' };
    else if (flag === 'no_tlsv1_2') settings = { ...settings, minVersion: 'TLSv1.3' };
    else if (!GIVEN.has(flag)) warn('options', `"${flag}" has no effect here`);
  }
  return settings;
}

function list(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}
