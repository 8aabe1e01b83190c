/** Lets everybody in as whoever they say they are, with any password: for test suites only. */
import { z } from 'zod';
import { Auth, type AuthProvider } from '../../host/auth.ts';
import { defineModule } from '../../host/module.ts';
import { StanzaError } from '../../stanza/errors.ts';
import { SaslFailure } from '../../stanza/sasl-failure.ts';

/** What the option `insecure_open_authentication` must say, as in Prosody. */
const CONFIRMATION = "Yes please, I know what I'm doing!";

export default defineModule({
  name: 'auth_insecure',
  summary: 'Accepts any password for any user name, for tests',
  xeps: [],
  scope: 'host',
  provides: [Auth],
  options: z.object({
    insecure_open_authentication: z
      .literal(CONFIRMATION, `must be "${CONFIRMATION}": this module lets everybody in`)
      .describe('Confirms that nobody’s account is meant to be safe'),
  }),

  setup(m) {
    m.log.warn({}, 'everybody can log in as anybody on this host');
    const provider: AuthProvider = {
      scramHashes: [],
      exists: () => Promise.resolve(true),
      async *usernames() {
        // Every name is an account, and none is known.
      },
      checkPassword: () => Promise.resolve(true),
      scramKeys: () => Promise.reject(new SaslFailure('invalid-mechanism')),
      create: () => Promise.reject(new StanzaError('not-allowed', 'Every name is an account')),
      setPassword: () => Promise.reject(new StanzaError('not-allowed', 'Every password is right already')),
      delete: () => Promise.reject(new StanzaError('not-allowed', 'Every name is an account')),
    };
    m.provide(Auth, provider);
  },
});
