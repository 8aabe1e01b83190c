/** In-Band Registration (XEP-0077 v2.4 §3.1): accounts made over a stream that nobody has logged in on. */
import { z } from 'zod';
import { Auth } from '../../host/auth.ts';
import { defineModule } from '../../host/module.ts';
import { Jid } from '../../jid/jid.ts';
import { StanzaError } from '../../stanza/errors.ts';
import { errorReply, iqResult } from '../../stanza/reply.ts';
import { stanzaProblem } from '../../stanza/stanza-kind.ts';
import type { ClientStream } from '../../stream/interface.ts';
import type { Element } from '../../xml/element.ts';
import { NS_CLIENT } from '../../xml/namespaces.ts';
import type { Stanza } from '../../xml/stanza.ts';
import { AccountRoles } from '../authz_internal/service.ts';
import { detailFields, detailOption, detailsCodec } from './details.ts';
import { NS_REGISTER, askedFor, readRegistration, registerFeature, registrationForm } from './protocol.ts';
import { Registrations } from './service.ts';
import { Throttle } from './throttle.ts';

const SECOND = 1000;

export default defineModule({
  name: 'register_ibr',
  summary: 'Lets strangers make accounts',
  xeps: [{ xep: 77, version: '2.4', note: 'making accounts; module user_account_management has the rest' }],
  scope: 'host',
  needs: [Auth],
  wants: [AccountRoles],
  provides: [Registrations],
  options: z.object({
    allow_registration: z.boolean().default(false).describe('Anybody may make an account'),
    registration_invite_only: z
      .boolean()
      .default(false)
      .describe('Only who was invited may; as there are no invitations yet, nobody makes an account then'),
    c2s_require_encryption: z.boolean().default(true).describe('Nobody makes an account over a connection in clear'),
    registration_title: z.string().default('Creating a new account').describe('Title of the form'),
    registration_instructions: z
      .string()
      .default('Choose a username and password for use with this service.')
      .describe('What the form says'),
    additional_registration_fields: z
      .array(detailOption)
      .default([])
      .describe('What else is asked for, such as `email`; `email+` has to be filled in'),
    register_ibr_default_role: z
      .string()
      .default('prosody:registered')
      .describe('Role of accounts that strangers make'),
    registration_throttle_max: z
      .int()
      .min(1)
      .default(5)
      .describe('Attempts to make an account from one IPv4 address or IPv6 /64 in a period'),
    registration_throttle_period: z.int().min(1).default(3600).describe('Length of that period in seconds'),
  }),

  setup(m) {
    const auth = m.use(Auth);
    const { options } = m;
    const created = m.counter('accounts_total', 'Accounts made');
    const refused = m.counter('refused_total', 'Attempts to make an account that were refused');
    const asked = detailFields(options.additional_registration_fields);
    const form = registrationForm(options.registration_title, options.registration_instructions, asked);
    const details = m.keyed('account_details', detailsCodec);
    const { registration_throttle_max: most, registration_throttle_period: period } = options;
    const throttle = m.carry(
      `throttle ${most} ${period}`,
      () => new Throttle(most, period * SECOND, () => m.now() / 1000),
    );
    /** Streams over which an account was made: one is enough (§3.1.1). */
    const served = new WeakSet<ClientStream>();

    const open = options.allow_registration && !options.registration_invite_only;
    if (open) m.feature(NS_REGISTER);
    m.streamFeature({
      offer: (stream) => (stream.user === undefined && isOpenTo(stream) ? registerFeature : undefined),
      takes: (stream, iq) =>
        stream.user === undefined &&
        stream.state === 'negotiating' &&
        iq.name === 'iq' &&
        iq.ns === NS_CLIENT &&
        (iq.type === 'get' || iq.type === 'set') &&
        iq.has('query', NS_REGISTER) &&
        (iq.to === undefined || Jid.parse(iq.to)?.key === m.domain),
      handle: async (stream, iq) => {
        const request = iq.with({ from: undefined });
        try {
          const payload = await answer(stream, iq);
          stream.send(iqResult(request, payload).tree());
        } catch (error) {
          refused.inc();
          if (!(error instanceof StanzaError)) m.log.error({ err: error }, 'registration failed');
          const known = error instanceof StanzaError ? error : new StanzaError('internal-server-error');
          const reply = errorReply(request, known);
          if (reply !== undefined) stream.send(reply.tree());
          stream.authenticationFailed(); // so that there is no end of attempts on one stream
        }
      },
    });

    m.provide(Registrations, { of: (user) => details.get(user) });
    m.on('user/deleted', 'store', ({ user, unit }) => void details.delete(unit, user));

    function isOpenTo(stream: ClientStream): boolean {
      return open && (stream.secure || !options.c2s_require_encryption);
    }

    async function answer(stream: ClientStream, iq: Stanza): Promise<Element | undefined> {
      if (!open) throw new StanzaError('service-unavailable'); // §3.1
      if (!isOpenTo(stream)) throw new StanzaError('not-allowed', 'Encrypt the connection first');
      const problem = stanzaProblem(iq);
      if (problem !== undefined) throw problem;
      if (iq.type === 'get') return askedFor(form, asked);
      const query = iq.child('query', NS_REGISTER);
      if (query === undefined || query.child('remove') !== undefined) throw new StanzaError('unexpected-request'); // §3.2
      await register(stream, query);
      return undefined;
    }

    async function register(stream: ClientStream, query: Element): Promise<void> {
      const { username, password, details: fields } = readRegistration(query, form, asked, m.domain);
      if (served.has(stream)) throw new StanzaError('not-acceptable', 'One account is enough');
      if (!throttle.take(stream.address)) {
        throw new StanzaError('resource-constraint', 'Too many accounts come from your network, try again later');
      }
      const unit = m.unit();
      await auth.create(unit, username, password);
      m.find(AccountRoles)?.assign(unit, `${username}@${m.domain}`, options.register_ibr_default_role);
      details.put(unit, `${username}@${m.domain}`, { when: m.now(), fields });
      await unit.submit()?.settled();
      served.add(stream);
      created.inc();
      m.log.info({ jid: `${username}@${m.domain}`, address: stream.address }, 'account registered');
    }
  },
});
