/** What of TLS is accepted. */
import { constants } from 'node:crypto';
import type { SecureContextOptions } from 'node:tls';
import type { TlsProfile, TlsSettings } from '../interface.ts';

const TLS_1_3 = 'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256';

const FORWARD_SECRET = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'DHE-RSA-AES128-GCM-SHA256',
  'DHE-RSA-AES256-GCM-SHA384',
  'DHE-RSA-CHACHA20-POLY1305',
];

/** For clients from before authenticated encryption. Still with forward secrecy: static RSA is out (RFC 9325 §4.1). */
const CBC = [
  'ECDHE-ECDSA-AES128-SHA256',
  'ECDHE-RSA-AES128-SHA256',
  'ECDHE-ECDSA-AES128-SHA',
  'ECDHE-RSA-AES128-SHA',
  'ECDHE-ECDSA-AES256-SHA384',
  'ECDHE-RSA-AES256-SHA384',
  'ECDHE-ECDSA-AES256-SHA',
  'ECDHE-RSA-AES256-SHA',
];

/** By name. TLS 1.0 and 1.1 are refused by all of them (RFC 8996). */
const PROFILES: Readonly<Record<TlsProfile, TlsSettings>> = {
  modern: { minVersion: 'TLSv1.3', ciphers: '' },
  intermediate: { minVersion: 'TLSv1.2', ciphers: FORWARD_SECRET.join(':') },
  old: { minVersion: 'TLSv1.2', ciphers: [...FORWARD_SECRET, ...CBC].join(':'), serverPreference: true },
};

/** What a context is made with, by the profile and what is wanted otherwise. */
export function contextOptions(profile: TlsProfile, changes: TlsSettings = {}): SecureContextOptions {
  const settings = { suites: TLS_1_3, ...PROFILES[profile], ...changes };
  const { minVersion, maxVersion, suites, ciphers, curves, dhparam, serverPreference, tickets } = settings;
  return {
    ciphers: [suites, ciphers].filter(Boolean).join(':'),
    ...(minVersion !== undefined && { minVersion }),
    ...(maxVersion !== undefined && { maxVersion }),
    ...(curves !== undefined && { ecdhCurve: curves }),
    ...(dhparam !== undefined && { dhparam }),
    ...(serverPreference !== undefined && { honorCipherOrder: serverPreference }),
    ...(tickets === false && { secureOptions: constants.SSL_OP_NO_TICKET }),
  };
}
