/** Resource binding (RFC 6120 §7). */
import { randomBytes } from 'node:crypto';
import type { Jid } from '../jid/jid.ts';
import { StanzaError } from '../stanza/errors.ts';
import { randomId } from '../stanza/ids.ts';
import type { Host } from './host.ts';
import { Session, type SessionLink } from './session.ts';

/** Prosody's option `conflict_resolve`: what happens when the resource asked for is connected already. */
export type ConflictResolve = 'kick_old' | 'kick_new' | 'random' | 'increment';

/** What a bind follows. */
export interface BindPolicy {
  readonly conflict: ConflictResolve;
  /** Most resources of one account. */
  readonly maxSessions: number;
}

/** How often a bind looks for a free resource before it gives up. */
const ATTEMPTS = 32;

/**
 * Bind a resource for an authenticated account.
 * @param requested the resource the client asked for; without one it gets a random one (RFC 6120 §7.6)
 * @throws StanzaError `bad-request` (§7.7.2.1), `conflict` (§7.7.2.2), `resource-constraint` (§7.6.2.1)
 */
export async function bindResource(
  host: Host,
  user: Jid,
  requested: string | undefined,
  policy: BindPolicy,
  link: SessionLink,
  lang: string | undefined,
): Promise<Session> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const resource = candidate(requested, policy.conflict, attempt);
    const jid = user.withResource(resource);
    if (jid === undefined) throw new StanzaError('bad-request', 'The resource is not a valid resourcepart');
    const session = new Session(randomId(), host, jid, link, lang);
    const mode = policy.conflict === 'kick_old' && requested !== undefined ? 'replace' : 'reject';
    const result = await host.sessions.bind(session, mode, policy.maxSessions);
    if (result.ok) {
      await host.hooks['session/bound'].emit({ session });
      return session;
    }
    if (result.reason === 'limit') {
      throw new StanzaError('resource-constraint', 'Too many resources are connected to this account');
    }
    if (policy.conflict === 'kick_new') throw new StanzaError('conflict', 'Resource already exists');
  }
  throw new StanzaError('conflict', 'No free resource was found');
}

/** The resource to try: as asked for first, then as the policy says. */
function candidate(requested: string | undefined, policy: ConflictResolve, attempt: number): string {
  if (requested === undefined) return randomBytes(9).toString('base64url');
  if (attempt === 0 || policy === 'kick_old') return requested;
  return policy === 'increment' ? `${requested}#${attempt}` : randomBytes(9).toString('base64url');
}
