/** Accounts that last for one session (XEP-0175 v1.2): everybody is let in, under a name that nobody had before. */
import { z } from 'zod';
import { Auth, type AuthProvider } from '../../host/auth.ts';
import { defineModule } from '../../host/module.ts';
import { StanzaError } from '../../stanza/errors.ts';
import { SaslFailure } from '../../stanza/sasl-failure.ts';

/** Milliseconds after the start: by then the modules are loaded that keep something of accounts. */
const SWEEP_DELAY = 1000;

/** What starts a relationship that would outlast the session. */
const LASTING: ReadonlySet<string | undefined> = new Set(['subscribe', 'subscribed']);

export default defineModule({
  name: 'auth_anonymous',
  summary:
    'Lets everybody in without a password, each time as a guest with a new name; what the guest stored goes with the session',
  xeps: [{ xep: 175, version: '1.2' }],
  scope: 'host',
  provides: [Auth],
  options: z.object({}),

  setup(m) {
    const { sessions, server, permissions } = m.host;
    /** Accounts of which something may be stored, so that a server that was killed finds them again. */
    const guests = m.keyed('auth_anonymous', { encode: () => '', decode: () => true });
    const noAccounts = (): Promise<never> =>
      Promise.reject(new StanzaError('not-allowed', 'There are only guests here'));
    const noPasswords = (): Promise<never> => Promise.reject(new SaslFailure('invalid-mechanism'));

    const isHere = async (user: string): Promise<boolean> => (await sessions.of(user)).length > 0;

    /** Nothing is left of an account that has no session. */
    async function forget(user: string): Promise<void> {
      if (await isHere(user)) return;
      const unit = m.unit();
      guests.delete(unit, user);
      await m.emit('user/deleted', { user, unit });
      await unit.submit()?.settled();
    }

    const provider: AuthProvider = {
      anonymous: true,
      scramHashes: [],
      exists: (username) => isHere(`${username}@${m.domain}`),
      async *usernames() {
        for (const { host, jid } of sessions.local()) if (host === m.host && jid.local !== undefined) yield jid.local;
      },
      checkPassword: noPasswords,
      scramKeys: noPasswords,
      create: noAccounts,
      setPassword: noAccounts,
      delete: noAccounts,
    };
    m.provide(Auth, provider);
    m.onUnload(permissions.assignedBy(() => 'prosody:guest'));

    m.on('session/bound', 'store', ({ session: { user } }) => {
      const unit = m.unit();
      guests.put(unit, user, true);
      unit.submit();
    });
    // When everybody has heard that the session is over.
    m.on('session/closed', 'observe', ({ session: { user } }) => forget(user), { after: ['presence', 'smacks'] });
    m.after(SWEEP_DELAY, async () => {
      for await (const user of guests.owners()) await forget(user);
    });

    // XEP-0175 §3: strangers neither speak for this server to others, nor leave anything behind with its users.
    m.on('stanza/outgoing', 'access', ({ kind, stanza, to }) => {
      if (kind === 'presence' && LASTING.has(stanza.type)) {
        throw new StanzaError('not-allowed', 'Guests have no contacts');
      }
      if (to !== undefined && !server.hosts.has(to.domain)) {
        throw new StanzaError('forbidden', 'Guests reach this server only');
      }
    });
  },
});
