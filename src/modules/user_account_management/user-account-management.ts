/** Password change and account deletion by the user (XEP-0077 v2.4 §3.2, §3.3): always of the own account. */
import { z } from 'zod';
import { duration } from '../../config/duration.ts';
import { Auth } from '../../host/auth.ts';
import type { IqRequest } from '../../host/iq-table.ts';
import { defineModule } from '../../host/module.ts';
import { Jid } from '../../jid/jid.ts';
import { StanzaError } from '../../stanza/errors.ts';
import type { ExpulsionReason } from '../../host/sessions.ts';
import type { Unit } from '../../storage/unit.ts';
import { el, type Element } from '../../xml/element.ts';
import { Registrations } from '../register_ibr/service.ts';

const NS_REGISTER = 'jabber:iq:register';

const SECOND = 1_000_000;

/** Seconds: ten years. */
const MAX_GRACE = 10 * 365 * 86_400;

export default defineModule({
  name: 'user_account_management',
  summary: 'Lets users change their passwords and delete their accounts',
  xeps: [{ xep: 77, version: '2.4', note: 'changing passwords and deleting accounts' }],
  scope: 'host',
  needs: [Auth],
  wants: [Registrations],
  options: z.object({
    registration_compat: z
      .boolean()
      .default(true)
      .describe('Accept these requests addressed to the server too, as most clients send them'),
    registration_delete_grace_period: duration(MAX_GRACE)
      .optional()
      .describe('How long an account that is deleted can be restored; without it, it is gone at once'),
  }),

  setup(m) {
    const auth = m.use(Auth);
    const grace = m.options.registration_delete_grace_period;
    const to = m.options.registration_compat ? (['self', 'host'] as const) : (['self'] as const);

    m.feature(NS_REGISTER); // §10
    m.iq(
      'get',
      NS_REGISTER,
      'query',
      async (request) => {
        const name = ownName(request);
        const known = await m.find(Registrations)?.of(request.from.bare.key);
        return el(
          'query',
          NS_REGISTER,
          el('registered', NS_REGISTER),
          el('username', NS_REGISTER, name),
          el('password', NS_REGISTER), // §3.1: may be empty
          Object.entries(known?.fields ?? {}).map(([field, value]) => el(field, NS_REGISTER, value)),
        );
      },
      { to },
    );

    m.iq(
      'set',
      NS_REGISTER,
      'query',
      async (request) => {
        const { query, unit, session, from } = request;
        const name = ownName(request);
        if (query.child('remove') !== undefined) {
          if (query.elements().length !== 1) throw new StanzaError('bad-request', 'Only <remove/> is expected'); // §3.2
          await remove(unit, name);
          m.log.info({ jid: from.bare.key }, 'account deleted by its user');
          whenAnswered(request, 'deleted');
          return undefined;
        }
        await auth.setPassword(unit, name, newPassword(query, name, m.domain));
        m.log.info({ jid: from.bare.key }, 'password changed by its user');
        whenAnswered(request, 'password-changed', session?.sid);
        return undefined;
      },
      { to },
    );

    /** For good, or so that an administrator can restore it for a while. */
    async function remove(unit: Unit, name: string): Promise<void> {
      if (grace === undefined || auth.suspensions === undefined) return auth.delete(unit, name);
      const now = m.now();
      auth.suspensions.put(unit, name, {
        since: now,
        reason: 'Deleted by its user',
        purge: Math.round(now + grace * SECOND),
      });
    }

    /** The localpart of whoever asks, who has to be logged in here. */
    function ownName({ session, from }: IqRequest): string {
      const name = from.local;
      if (session?.host !== m.host || name === undefined) throw new StanzaError('service-unavailable');
      return name;
    }

    /** Once it is stored, and told to the client that asked, the sessions of the account are closed. */
    function whenAnswered({ unit, session, from }: IqRequest, reason: ExpulsionReason, except?: string): void {
      const user = from.bare.key;
      const release = (): void => {
        m.host.sessions.expel(user, reason, except).catch((fault: unknown) => {
          m.log.error({ err: fault, user }, 'sessions could not be closed');
        });
      };
      unit.ticket.onSettled({
        settled: ({ error }) => {
          if (error === undefined) session?.release.push(undefined, { release }); // the answer is in the queue by now
        },
      });
    }
  },
});

/**
 * The new password.
 * @throws StanzaError `bad-request` (§3.3: incomplete), `not-allowed` (somebody else's)
 */
function newPassword(query: Element, own: string, domain: string): string {
  const username = query.childText('username');
  const password = query.childText('password');
  if (username === undefined || password === undefined || password === '') {
    throw new StanzaError('bad-request', 'A user name and a new password are needed');
  }
  if (Jid.of(username, domain)?.local !== own) throw new StanzaError('not-allowed', 'That is not your account');
  return password;
}
