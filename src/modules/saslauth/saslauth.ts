/** Logging in: SASL on client streams (RFC 6120 §6). */
import { z } from 'zod';
import { Auth } from '../../host/auth.ts';
import { defineModule } from '../../host/module.ts';
import type { ChannelBinding, SaslMechanism } from '../../stream/sasl/mechanism.ts';
import { plain } from '../../stream/sasl/plain.ts';
import { SaslFeature } from '../../stream/sasl/sasl-feature.ts';
import { channelBindingFeature } from '../../stream/features/channel-binding.ts';
import type { ClientStream } from '../../stream/interface.ts';
import { scram } from '../../stream/sasl/scram.ts';
import type { ScramHash } from '../../stream/sasl/scram-keys.ts';

/** Strongest first. */
const HASHES: readonly ScramHash[] = ['SHA-256', 'SHA-1'];

export default defineModule({
  name: 'saslauth',
  summary: 'Logins by SCRAM-SHA-256 and SCRAM-SHA-1, with channel binding on encrypted streams, and by PLAIN',
  xeps: [{ xep: 440, version: '1.0.0' }],
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
    const passwords = [plain].filter(isEnabled);
    if (unbound.size + passwords.length === 0) m.log.warn({}, 'no SASL mechanism is left: nobody can log in');

    /** Those for which every account has its keys: a client that chose another one could not log in. */
    const usable = (mechanisms: ReadonlyMap<ScramHash, SaslMechanism>): SaslMechanism[] =>
      [...mechanisms].filter(([hash]) => auth.scramHashes.includes(hash)).map(([, mechanism]) => mechanism);
    const binding = ({ channel }: ClientStream): ChannelBinding | undefined =>
      channel !== undefined && usable(bound).length > 0 ? channel : undefined;
    const mechanisms = (stream: ClientStream): SaslMechanism[] => [
      ...(binding(stream) === undefined ? [] : usable(bound)),
      ...usable(unbound),
      ...passwords,
    ];

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
          failed: (stream, { condition }) => {
            failed.inc();
            m.log.info({ address: stream.address, condition }, 'authentication failed');
          },
          faulty: (stream, error) => m.log.error({ err: error, address: stream.address }, 'authentication broke down'),
        },
      }),
    );
  },
});
