/** Operations on connected resources. */
import { z } from 'zod';
import { SessionFlag } from '../../cluster/backend.ts';
import type { ModuleApi } from '../../host/module.ts';
import type { Session } from '../../host/session.ts';
import { formatDateTime } from '../../stanza/datetime.ts';
import { Jid } from '../../jid/jid.ts';
import { StanzaError } from '../../stanza/errors.ts';
import { StreamError } from '../../stanza/stream-error.ts';
import { NS_CLIENT } from '../../xml/namespaces.ts';
import { Acknowledgements } from '../smacks/service.ts';

/** The answer of `session.list`. */
const sessionPage = z.object({
  sessions: z.array(
    z.object({
      id: z.string(),
      /** Full JID. */
      jid: z.string(),
      host: z.string(),
      /** ISO 8601, UTC. */
      connected: z.string().optional(),
      address: z.string().optional(),
      /** Of the encryption; absent where there is none. */
      protocol: z.string().optional(),
      cipher: z.string().optional(),
      /** SASL mechanism. */
      mechanism: z.string().optional(),
      /** Is somebody looking at the client, as far as it has said (XEP-0352)? */
      csi: z.enum(['active', 'inactive']),
      /** Stream management (XEP-0198). */
      sm: z.boolean(),
      /** `unavailable`, or what the client shows. */
      presence: z.string(),
      priority: z.int(),
      carbons: z.boolean(),
      /** Without a connection, waiting to be resumed. */
      detached: z.boolean(),
    }),
  ),
  /** How many there are, shown or not. */
  total: z.int(),
});

/** An address of this host: an account, or one of its resources. */
function sessionJid(domain: string) {
  return z
    .string()
    .meta({ jid: true, title: 'Address of the account, or of one of its resources' })
    .transform((text, context) => {
      const jid = Jid.parse(text);
      if (jid?.local !== undefined && jid.domain === domain) return jid;
      context.addIssue({ code: 'custom', message: `"${text}" is no account of ${domain}` });
      return z.NEVER;
    });
}

/** Define `session.list` and `session.close`. */
export function sessionOperations(m: ModuleApi): void {
  const { sessions } = m.host;
  const bound = m.sessionState<string | undefined>('bound', () => undefined);
  m.on('session/bound', 'observe', ({ session }) => bound.set(session, formatDateTime(m.now())));
  const own = (jid: Jid | undefined): Session[] =>
    [...sessions.local()].filter(
      (it) =>
        it.host === m.host && (jid === undefined || (jid.isFull ? it.jid.key === jid.key : it.user === jid.bare.key)),
    );

  m.operation({
    name: 'session.list',
    summary: 'List the clients that are connected',
    input: z.object({
      jid: sessionJid(m.domain).optional(),
      max: z.int().min(1).optional().describe('Most clients to show'),
    }),
    output: sessionPage,
    role: 'prosody:admin',
    changes: false,
    cli: 'c2s show',
    run: async ({ jid, max }) => {
      const found = own(jid);
      const described = (session: Session) => ({
        ...describe(session),
        connected: bound.get(session),
        sm: m.find(Acknowledgements)?.manages(session) ?? false,
      });
      return { sessions: found.slice(0, max).map(described), total: found.length };
    },
  });

  m.operation({
    name: 'session.close',
    summary: 'End the connections of an account, that of one resource, or all',
    input: z.object({
      jid: sessionJid(m.domain).optional(),
      all: z.boolean().default(false).describe('Those of all accounts of the host'),
      reason: z.string().optional().describe('What the client is told'),
    }),
    output: z.object({ closed: z.int() }),
    role: 'prosody:admin',
    changes: true,
    adhoc: 'http://jabber.org/protocol/admin#end-user-session',
    cli: 'c2s close',
    run: async ({ jid, all, reason }) => {
      if (all === (jid !== undefined))
        throw new StanzaError('bad-request', 'Whose connections: of an account, or all?');
      const found = own(jid);
      if (jid !== undefined && found.length === 0) {
        throw new StanzaError('item-not-found', `${jid.toString()} is not connected`);
      }
      for (const session of found)
        session.close(new StreamError('policy-violation', reason ?? 'Ended by an administrator'));
      return { closed: found.length };
    },
  });
}

function describe(session: Session): Omit<z.infer<typeof sessionPage>['sessions'][number], 'connected' | 'sm'> {
  const { sid, host, jid, flags, priority, presence, connection } = session;
  const available = (flags & SessionFlag.available) !== 0;
  return {
    id: sid,
    jid: jid.toString(),
    host: host.domain,
    address: connection.address,
    protocol: connection.channel?.protocol,
    cipher: connection.channel?.cipher,
    mechanism: connection.mechanism,
    csi: (flags & SessionFlag.inactive) === 0 ? 'active' : 'inactive',
    presence: available ? (presence?.childText('show', NS_CLIENT) ?? 'available') : 'unavailable',
    priority,
    carbons: (flags & SessionFlag.carbons) !== 0,
    detached: (flags & SessionFlag.detached) !== 0,
  };
}
