/** Logging in: SASL on client streams (RFC 6120 §6). */
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { duration } from '../../config/duration.ts';
import { Auth } from '../../host/auth.ts';
import { defineModule } from '../../host/module.ts';
import { anonymous } from '../../stream/sasl/anonymous.ts';
import { accountsOf, external } from '../../stream/sasl/external.ts';
import type { ChannelBinding, SaslMechanism } from '../../stream/sasl/mechanism.ts';
import { plain } from '../../stream/sasl/plain.ts';
import { SaslFeature } from '../../stream/sasl/sasl-feature.ts';
import { channelBindingFeature } from '../../stream/features/channel-binding.ts';
import type { ClientStream } from '../../stream/interface.ts';
import { scram } from '../../stream/sasl/scram.ts';
import type { ScramHash } from '../../stream/sasl/scram-keys.ts';
import { SlowDown, isNetwork } from './slow-down.ts';

/** Strongest first. */
const HASHES: readonly ScramHash[] = ['SHA-256', 'SHA-1'];

const period = duration(86_400);

export default defineModule({
  name: 'saslauth',
  summary:
    'Logins by SCRAM-SHA-256 and SCRAM-SHA-1, with channel binding on encrypted streams, by PLAIN, and by certificates of clients',
  xeps: [
    { xep: 178, version: '1.2', note: 'for clients; a certificate has to name the account' },
    { xep: 440, version: '1.0.0' },
  ],
  scope: 'host',
  needs: [Auth],
  options: z.object({
    c2s_require_encryption: z
      .boolean()
      .default(true)
      .describe('Nobody logs in over a connection that is not encrypted'),
    allow_unencrypted_plain_auth: z
      .boolean()
      .default(false)
      .describe('Passwords may be sent in PLAIN over a connection that is not encrypted'),
    disable_sasl_mechanisms: z.array(z.string()).default([]).describe('Mechanisms not to offer, by their IANA names'),
    limit_auth_max: z
      .int()
      .min(1)
      .default(10)
      .describe('Failed logins from one IPv4 address or IPv6 /64 in `limit_auth_period` after which it has to wait'),
    limit_auth_period: period.default(60).describe('Seconds in which `limit_auth_max` failed logins are forgotten'),
    limit_auth_account_max: z
      .int()
      .min(1)
      .default(20)
      .describe('Failed logins to one account after which each further failure is answered late'),
    limit_auth_account_period: period
      .default(3600)
      .describe('Seconds in which `limit_auth_account_max` failed logins are forgotten'),
    limit_auth_tarpit_delay: z
      .int()
      .min(0)
      .max(30)
      .default(10)
      .describe('Seconds of the longest wait; it begins with one, and grows by one with each failure. 0: nobody waits'),
    limit_auth_exempt: z
      .array(z.string().refine(isNetwork, 'must be an IP address or ADDRESS/BITS'))
      .default(['127.0.0.0/8', '::1'])
      .describe('Addresses of proxies, whose clients must not wait for each other'),
  }),

  setup(m) {
    const auth = m.use(Auth);
    const succeeded = m.counter('success_total', 'Logins');
    const failed = m.counter('failure_total', 'Attempts to log in that failed');
    const disabled = new Set(m.options.disable_sasl_mechanisms);
    const isEnabled = ({ name }: SaslMechanism): boolean => !disabled.has(name);
    const family = (plus: boolean): ReadonlyMap<ScramHash, SaslMechanism> =>
      new Map(HASHES.map((hash) => [hash, scram(hash, { plus })] as const).filter(([, made]) => isEnabled(made)));
    const bound = family(true);
    const unbound = family(false);
    const others = [auth.anonymous === true ? anonymous : plain].filter(isEnabled);
    const certificates = [external].filter(isEnabled);
    if (unbound.size + others.length === 0) m.log.warn({}, 'no SASL mechanism is left: nobody can log in');

    /** Those for which every account has its keys: a client that chose another one could not log in. */
    const usable = (mechanisms: ReadonlyMap<ScramHash, SaslMechanism>): SaslMechanism[] =>
      [...mechanisms].filter(([hash]) => auth.scramHashes.includes(hash)).map(([, mechanism]) => mechanism);
    const binding = ({ channel }: ClientStream): ChannelBinding | undefined =>
      channel !== undefined && usable(bound).length > 0 ? channel : undefined;
    /** XEP-0178 §2 step 8: for clients whose certificate names an account of this host. */
    const isCertified = ({ channel }: ClientStream): boolean =>
      accountsOf(channel?.certified(m.domain) ?? []).some(({ domain }) => domain === m.domain);
    const mechanisms = (stream: ClientStream): SaslMechanism[] => [
      ...(isCertified(stream) ? certificates : []),
      ...(binding(stream) === undefined ? [] : usable(bound)),
      ...usable(unbound),
      ...others,
    ];

    const { options } = m;
    const limits = {
      address: { max: options.limit_auth_max, period: options.limit_auth_period },
      account: { max: options.limit_auth_account_max, period: options.limit_auth_account_period },
      delay: options.limit_auth_tarpit_delay,
      exempt: options.limit_auth_exempt,
    };
    const slowDown = m.carry(`slow-down ${JSON.stringify(limits)}`, () => new SlowDown(limits, () => m.now() / 1000));
    const delayed = m.counter('delayed_total', 'Attempts to log in that had to wait because of failures before them');
    const wait = (milliseconds: number): Promise<void> | undefined => {
      if (milliseconds === 0) return undefined;
      delayed.inc();
      return delay(milliseconds, undefined, { ref: false, signal: m.signal }).catch(() => undefined);
    };

    m.streamFeature(channelBindingFeature(binding));
    m.streamFeature(
      new SaslFeature({
        store: auth,
        mechanisms,
        binding,
        requireEncryption: m.options.c2s_require_encryption,
        allowUnencryptedPlain: m.options.allow_unencrypted_plain_auth,
        observer: {
          succeeded: (stream) => {
            succeeded.inc();
            m.log.info({ jid: stream.user?.toString(), address: stream.address }, 'authenticated');
          },
          begins: ({ address }) => wait(slowDown.before(address)),
          failed: ({ address }, { condition }, claimed) => {
            failed.inc();
            m.log.info({ address, condition }, 'authentication failed');
            slowDown.failed(address, condition, claimed);
            return wait(slowDown.after(claimed));
          },
          faulty: (stream, error) => m.log.error({ err: error, address: stream.address }, 'authentication broke down'),
        },
      }),
    );
  },
});
