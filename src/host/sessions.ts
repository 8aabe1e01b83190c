/** Who is where: the sessions of all nodes through the cluster's registry, those of this node as objects. */
import type {
  Binding,
  BindResult,
  ClusterBackend,
  ConflictPolicy,
  Entry,
  FrameKind,
  NodeId,
} from '../cluster/backend.ts';
import { StreamError } from '../stanza/stream-error.ts';
import { LIMITS_OWN } from '../xml/limits.ts';
import { parseStanza } from '../xml/reader.ts';
import type { Stanza } from '../xml/stanza.ts';
import type { Session } from './session.ts';

/** A stanza for the session named in the head. */
const DELIVER: FrameKind<string> = { id: 1, name: 'deliver', encode: (sid) => sid, decode: (sid) => sid };
/** The session named in the head was replaced. */
const REPLACED: FrameKind<string> = { id: 2, name: 'replaced', encode: (sid) => sid, decode: (sid) => sid };

/** Asks for the last presence of the session named in the head. */
const PRESENCE: FrameKind<string> = { id: 3, name: 'presence', encode: (sid) => sid, decode: (sid) => sid };

/** The account of the session named in the head is not to be used as before. */
const EXPELLED: FrameKind<{ readonly sid: string; readonly reason: ExpulsionReason }> = {
  id: 4,
  name: 'expelled',
  encode: ({ sid, reason }) => `${reason} ${sid}`,
  decode: (text) => ({
    sid: text.slice(text.indexOf(' ') + 1),
    reason: EXPULSIONS.find((reason) => text.startsWith(`${reason} `)) ?? 'password-changed',
  }),
};

/** Something that a module has to say about the session. */
const SIGNAL: FrameKind<{ readonly sid: string; readonly name: string }> = {
  id: 5,
  name: 'signal',
  encode: ({ sid, name }) => `${name} ${sid}`,
  decode: (text) => ({ sid: text.slice(text.indexOf(' ') + 1), name: text.slice(0, text.indexOf(' ')) }),
};

const EXPULSIONS = ['deleted', 'disabled', 'password-changed', 'role-changed'] as const;

/** Why an account's sessions are closed. */
export type ExpulsionReason = (typeof EXPULSIONS)[number];

const ANY_NS = '';

/** The sessions of one server process, and the view on those of its peers. */
export class Sessions {
  readonly #cluster: ClusterBackend;
  readonly #local = new Map<string, Session>();
  readonly #undo: (() => void)[];
  /** Of sessions that are over: what is still being done about it. */
  readonly #ending = new Set<Promise<void>>();

  constructor(cluster: ClusterBackend) {
    this.#cluster = cluster;
    this.#undo = [
      cluster.handle(DELIVER, (_from, sid, body) => {
        const session = this.#local.get(sid);
        const taken = session?.deliver(parseStanza(Buffer.from(body, 'latin1'), LIMITS_OWN)) === true;
        return taken ? { type: 'ok', body: '' } : { type: 'gone' };
      }),
      cluster.handle(REPLACED, (_from, sid) => {
        this.#closeReplaced(sid);
        return { type: 'ok', body: '' };
      }),
      cluster.handle(PRESENCE, (_from, sid) => {
        const presence = this.#local.get(sid)?.presence;
        return presence === undefined ? { type: 'gone' } : { type: 'ok', body: presence.wire(ANY_NS) };
      }),
      cluster.handle(EXPELLED, (_from, { sid, reason }) => {
        this.#local.get(sid)?.close(expulsion(reason));
        return { type: 'ok', body: '' };
      }),
      cluster.handle(SIGNAL, (_from, { sid, name }, body) => {
        this.#signal(sid, name, Buffer.from(body, 'latin1').toString());
        return { type: 'ok', body: '' };
      }),
      cluster.on('rejoined', () => void this.#reassert()),
      cluster.on('registryLost', () => void this.#reassert()),
    ];
  }

  /** Sessions connected to this process. */
  get count(): number {
    return this.#local.size;
  }

  /** The sessions connected to this process. */
  local(): Iterable<Session> {
    return this.#local.values();
  }

  /** The resources of an account; an array at once where the registry is in memory. */
  of(bare: string): readonly Entry[] | Promise<readonly Entry[]> {
    return this.#cluster.lookup(bare);
  }

  /** The session behind an entry, if it lives in this process. */
  get(sid: string): Session | undefined {
    return this.#local.get(sid);
  }

  /** Register a new session; the one it replaces is closed with `conflict`, wherever it is. */
  async bind(session: Session, policy: ConflictPolicy, max: number): Promise<BindResult> {
    this.#local.set(session.sid, session); // before the registry, so that nobody finds an entry without a session
    let result: BindResult;
    try {
      result = await this.#cluster.bind(session.user, bindingOf(session), policy, max);
    } catch (error) {
      this.#local.delete(session.sid);
      throw error;
    }
    if (!result.ok) this.#local.delete(session.sid);
    else if (result.replaced !== undefined) this.#replace(result.replaced);
    return result;
  }

  /** Take a session out of the registry; harmless if another one has its resource by now. */
  async unbind(session: Session): Promise<void> {
    this.#local.delete(session.sid);
    await this.#cluster.unbind(session.user, session.sid);
  }

  /**
   * Set or clear a session's flag (`SessionFlag`) and publish it to all nodes, with the priority where one is given.
   * @returns false if the session is not in the registry any more
   */
  flag(session: Session, flag: number, on: boolean, priority?: number): boolean | Promise<boolean> {
    session.flags = on ? session.flags | flag : session.flags & ~flag;
    session.priority = priority ?? session.priority;
    return this.#cluster.update(session.user, session.sid, session.priority, session.flags);
  }

  /** A session is over, and that work is what follows; it does not reject. */
  ending(work: Promise<void>): void {
    this.#ending.add(work);
    void work.then(() => this.#ending.delete(work));
  }

  /** Resolves when nothing is to be done any more for sessions that are over by now. */
  async ended(): Promise<void> {
    await Promise.all(this.#ending);
  }

  /** Hand a stanza to the session of an entry: true if it took it, false if it is gone. */
  deliver(entry: Entry, stanza: Stanza): boolean | Promise<boolean> {
    if (entry.node === this.#cluster.self) return this.#local.get(entry.sid)?.deliver(stanza) === true;
    return this.#forward(entry.node, DELIVER, entry.sid, stanza.wire(ANY_NS));
  }

  /** The last available presence of the session of an entry, wherever it lives; `undefined` if it has none now. */
  presence(entry: Entry): Stanza | undefined | Promise<Stanza | undefined> {
    if (entry.node === this.#cluster.self) return this.#local.get(entry.sid)?.presence;
    return this.#cluster.call(entry.node, PRESENCE, entry.sid).then((reply) => {
      return reply.type === 'ok' ? parseStanza(Buffer.from(reply.body, 'latin1'), LIMITS_OWN) : undefined;
    });
  }

  /** Close the sessions of an account on all nodes. @param except the one that goes on */
  async expel(user: string, reason: ExpulsionReason, except?: string): Promise<void> {
    for (const { node, sid } of await this.of(user)) {
      if (sid === except) continue;
      if (node === this.#cluster.self) this.#local.get(sid)?.close(expulsion(reason));
      else void this.#cluster.call(node, EXPELLED, { sid, reason });
    }
  }

  /** Raise `session/signal` for the sessions of an account, on the node of each. @param name without spaces */
  async signal(user: string, name: string, text: string): Promise<void> {
    const body = Buffer.from(text).toString('latin1');
    for (const { node, sid } of await this.of(user)) {
      if (node === this.#cluster.self) this.#signal(sid, name, text);
      else void this.#forward(node, SIGNAL, { sid, name }, body); // with its node the session is gone
    }
  }

  /** Stop handling frames. */
  close(): void {
    for (const undo of this.#undo) undo();
  }

  #signal(sid: string, name: string, text: string): void {
    const session = this.#local.get(sid);
    if (session !== undefined) void session.host.hooks['session/signal'].emit({ session, name, text });
  }

  async #forward<Head>(node: NodeId, kind: FrameKind<Head>, head: Head, body: string): Promise<boolean> {
    for (;;) {
      const reply = await this.#cluster.call(node, kind, head, body);
      if (reply.type !== 'busy') return reply.type === 'ok' || reply.type === 'timeout'; // unknown: it may be there
      await this.#cluster.ready(node);
    }
  }

  #replace(old: Entry): void {
    if (old.node === this.#cluster.self) this.#closeReplaced(old.sid);
    else void this.#cluster.call(old.node, REPLACED, old.sid); // its node may be dead, and then so is the session
  }

  /** Enter all sessions of this node again; those whose resource somebody has taken meanwhile are over. */
  async #reassert(): Promise<void> {
    const bindings = [...this.#local.values()].map((session) => [session.user, bindingOf(session)] as const);
    for (const [, { sid }] of await this.#cluster.reassert(bindings)) this.#closeReplaced(sid);
  }

  #closeReplaced(sid: string): void {
    this.#local.get(sid)?.close(new StreamError('conflict', 'Replaced by new connection'));
  }
}

function expulsion(reason: ExpulsionReason): StreamError {
  switch (reason) {
    case 'deleted':
      return new StreamError('not-authorized', 'The account was deleted');
    case 'disabled':
      return new StreamError('not-authorized', 'The account was disabled');
    case 'password-changed':
      return new StreamError('reset', 'The password was changed');
    case 'role-changed':
      return new StreamError('reset', 'The rights of the account were changed');
  }
}

function bindingOf({ sid, jid, priority, flags }: Session): Binding {
  return { sid, resource: jid.resource ?? '', priority, flags };
}
