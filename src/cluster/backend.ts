/**
 * The seam between this process and the others that serve the same domains: who is where, who owns what, and frames
 * from node to node. Everything above is written against `ClusterBackend` alone, so that a second process changes
 * nothing in it.
 *
 * Two rules hold for every backend. What it knows is soft: it can be lost at any time and is rebuilt by the nodes, so
 * nothing acknowledged may depend on it. And whoever removes something names what exactly he means (a session id, a
 * value, an epoch): a late clean-up never hits the successor.
 */

/**
 * One incarnation of a node (one worker or process), `name#incarnation`. Never used again: after a restart, or after it
 * lost its lease, a node comes back under another id.
 */
export type NodeId = string;

/** Bits of `Entry.flags`. */
export const SessionFlag = Object.freeze({
  /** Has sent initial presence and not become unavailable since (RFC 6121 §4.2, §4.5). `priority` counts only then. */
  available: 1,
  /** Wants copies of the account's messages (XEP-0280). */
  carbons: 2,
  /** Has asked for the roster, so gets roster pushes (RFC 6121 §2.2). */
  interested: 4,
  /** Its client said that nobody is looking (XEP-0352). */
  inactive: 8,
  /** Has no connection now and can be resumed (XEP-0198). */
  detached: 16,
  /** Has asked for the account's block list, so is told when it changes (XEP-0191). */
  blocking: 32,
});

/** What a session says about itself in the registry. */
export interface Binding {
  /** Random and unique, never used again: the guard of every change. */
  readonly sid: string;
  /** Resourcepart, canonical. */
  readonly resource: string;
  /** RFC 6121 §4.7.2.3: −128 … 127; meaningful with `SessionFlag.available`. */
  readonly priority: number;
  /** `SessionFlag` bits. */
  readonly flags: number;
}

/** A session as every node can find it. Immutable: a change makes another entry. */
export interface Entry extends Binding {
  /** The node where the session lives. */
  readonly node: NodeId;
  /** Rises with every change of this account's entries: of two entries for one resource the larger is the newer. */
  readonly version: number;
}

/** What happens when the resource is taken: the old session gives way, or the new one is refused. */
export type ConflictPolicy = 'replace' | 'reject';

/** Outcome of `bind`: `replaced` is the session that had the resource and must now be told (RFC 6120 §7.7.2.2). */
export type BindResult =
  | { readonly ok: true; readonly replaced: Entry | undefined }
  | { readonly ok: false; readonly reason: 'conflict' | 'limit' };

/** Who owns something, at the moment of the answer. */
export interface Claim {
  readonly owner: NodeId;
  /** Is it this node? */
  readonly mine: boolean;
  /** Rises each time the claim is taken anew, also by the same node. */
  readonly epoch: number;
}

/**
 * Answer to a frame.
 * - `ok`: the handler's answer;
 * - `gone`: what was addressed (node, session, room) is not there any more. From a handler: nothing was done. After the
 *   death of the node it may or may not have been done;
 * - `busy`: not now, nothing was done;
 * - `timeout`: no answer in time, unknown whether it was done;
 * - `error`: refused with a code of the handler, or one of `FrameFault`.
 */
export type Reply =
  | { readonly type: 'ok'; readonly body: string }
  | { readonly type: 'gone' }
  | { readonly type: 'busy' }
  | { readonly type: 'timeout' }
  | { readonly type: 'error'; readonly code: string };

/**
 * Error codes that the backend itself answers: the handler threw; it did not answer within its time; that node knows no
 * such frame; the head could not be read.
 */
export type FrameFault = 'handler-failed' | 'handler-timeout' | 'unsupported' | 'malformed';

/**
 * A kind of frame: its number on the wire and the form of its head. The head is encoded on every backend, in one process
 * too, so that it can hold nothing that does not travel.
 */
export interface FrameKind<Head> {
  /** 1 … 255, one per kind in the whole server; part of the protocol between releases. */
  readonly id: number;
  /** For logs and metrics. */
  readonly name: string;
  /** Text form of a head, at most `MAX_HEAD` UTF-16 units. */
  readonly encode: (head: Head) => string;
  /** The reverse. Throws where the text is not one; ignores fields it does not know (a newer node sent them). */
  readonly decode: (text: string) => Head;
}

/**
 * Handles the frames of one kind. Frames of one sender are handed over in the order they were sent; the next one does
 * not wait for a promise returned for the one before (else two nodes asking each other would block).
 */
export type FrameHandler<Head> = (from: NodeId, head: Head, body: string) => Reply | Promise<Reply>;

/** Longest text form of a head, in UTF-16 units. */
export const MAX_HEAD = 65_536;

/** Default time to wait for the answer to a call, in milliseconds. */
export const CALL_TIMEOUT = 10_000;

/** Frames on their way to a node and not finished there. */
export interface WindowState {
  readonly frames: number;
  readonly bytes: number;
}

/** What a backend tells. The argument is the node concerned; for `rejoined` the new id of this one. */
export interface ClusterEvents {
  /** Another node is a member now. */
  join: NodeId;
  /** A node is dead or has left: its entries and claims are void. */
  leave: NodeId;
  /** This node lost its lease: it owns nothing any more, its entries are void. Clients stay connected. */
  fenced: NodeId;
  /** This node is a member again under another id: it must `reassert` its sessions. */
  rejoined: NodeId;
  /** The registry was lost (restart, fail-over): every node must `reassert` its sessions. */
  registryLost: NodeId;
}

/** Thrown by `send` when too much is on its way to that node; wait for `ready` or drop what may be dropped. */
export class Backpressure extends Error {
  readonly to: NodeId;

  constructor(to: NodeId) {
    super(`Too many frames are waiting for node ${to}`);
    this.name = 'Backpressure';
    this.to = to;
  }
}

/** The registry, claims and values cannot be written: this node is fenced, has left, or the shared store is away. */
export class ClusterUnavailable extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ClusterUnavailable';
  }
}

/**
 * What one node sees of its cluster.
 *
 * Methods that return `T | Promise<T>` answer at once where nothing has to travel (`memory`), so that the hot path costs
 * no promise. Where they fail they throw or reject with `ClusterUnavailable`, and nothing was done as far as is known.
 */
export interface ClusterBackend {
  /** This node. Changes with `rejoined`. */
  readonly self: NodeId;

  /** May this node act as an owner now? One comparison, no I/O: ask before every such act. */
  leaseOk(): boolean;

  /** Live nodes including this one, at most 2 s old. One that is missing may have joined a moment ago. */
  members(): ReadonlySet<NodeId>;

  /** Listen; the returned function ends it. What a listener throws is logged. */
  on<Name extends keyof ClusterEvents>(name: Name, listener: (node: ClusterEvents[Name]) => void): () => void;

  /**
   * Enter a session of this node into the registry, under a canonical bare JID. Once it answered, every live node's
   * `lookup` shows the entry (so a session that registers first and reads its stored messages then misses none).
   * Binding the same `sid` to the same resource again changes nothing and succeeds.
   * @param max sessions the account may have, this one included; one that is replaced does not count
   */
  bind(bare: string, binding: Binding, policy: ConflictPolicy, max: number): BindResult | Promise<BindResult>;

  /**
   * Change priority and flags; visible everywhere once it answered.
   * @returns false if `sid` is not in the registry (any more)
   */
  update(bare: string, sid: string, priority: number, flags: number): boolean | Promise<boolean>;

  /**
   * A session of this node takes the place of another (XEP-0198 §5 resumption): same resource, everything else from
   * `next`. Of two that try, one wins.
   * @returns false if `oldSid` is not in the registry (any more), or `next.sid` belongs to another resource
   */
  swap(bare: string, oldSid: string, next: Omit<Binding, 'resource'>): boolean | Promise<boolean>;

  /** Take a session out. @returns false if `sid` is not in the registry (any more) */
  unbind(bare: string, sid: string): boolean | Promise<boolean>;

  /**
   * The sessions of an account, in no particular order; none of a node known to be dead. Not to be kept: what is
   * returned never changes, the registry does. On `memory` and `local` an array at once, and no allocation.
   */
  lookup(bare: string): readonly Entry[] | Promise<readonly Entry[]>;

  /** The same for many accounts in one go, in the order asked. */
  lookupAll(bares: readonly string[]): readonly (readonly Entry[])[] | Promise<readonly (readonly Entry[])[]>;

  /**
   * Enter all sessions of this node again, after `rejoined`, `registryLost`, and now and then.
   * @returns those whose resource belongs to another session by now: they must be closed (`conflict`)
   */
  reassert(
    sessions: Iterable<readonly [bare: string, binding: Binding]>,
  ): readonly (readonly [bare: string, binding: Binding])[] | Promise<readonly (readonly [string, Binding])[]>;

  /**
   * Set one field of a small shared map that outlives its writer: index of resumable sessions, routes, occupants.
   * @param ttlMs milliseconds until it vanishes, counted anew at each `put`; absent: until deleted
   */
  put(key: string, field: string, value: string, ttlMs?: number): void | Promise<void>;

  /** The fields of such a map: a copy, empty where there is none. */
  get(key: string): ReadonlyMap<string, string> | Promise<ReadonlyMap<string, string>>;

  /**
   * Delete one field, or the whole map where `field` is absent.
   * @param ifValue only if this is its value
   * @returns whether something was deleted
   */
  del(key: string, field?: string, ifValue?: string): boolean | Promise<boolean>;

  /**
   * Become the owner of something unless a live node is. The owner's own claim is renewed and keeps its epoch. Fast, not
   * safe against a node that believes its lease too long: what is written goes through an epoch in the store as well.
   * @param ttlMs milliseconds the claim holds unless renewed; absent: as long as the owner is a member
   */
  claim(what: string, ttlMs?: number): Claim | Promise<Claim>;

  /** Give up a claim. @returns false unless this node holds it with that epoch */
  release(what: string, epoch: number): boolean | Promise<boolean>;

  /**
   * Send a frame and ask for no answer. Per pair of nodes all frames and replies arrive in the order sent, each handled
   * once; while both live none is lost. To a dead node, or from a fenced one, it vanishes. Never handled before `send`
   * returns.
   * @param body latin1 string, one character per byte: the wire form of stanzas, which joins, and crosses threads and
   *   sockets, without a conversion
   * @throws Backpressure if the window is full; nothing was sent
   * @throws RangeError if the head is too long
   */
  send<Head>(to: NodeId, kind: FrameKind<Head>, head: Head, body?: string): void;

  /** Send a frame and wait for the answer. Never rejects; a full window is answered `busy`. @param ms default `CALL_TIMEOUT` */
  call<Head>(to: NodeId, kind: FrameKind<Head>, head: Head, body?: string, ms?: number): Promise<Reply>;

  /**
   * Handle the frames of a kind; the returned function ends it.
   * @throws Error if they are handled already
   */
  handle<Head>(kind: FrameKind<Head>, handler: FrameHandler<Head>): () => void;

  /** What is on its way to a node: sent, and its handler there not finished. */
  window(to: NodeId): WindowState;

  /** Resolves when the window to that node is at most half full, or the node is gone. */
  ready(to: NodeId): Promise<void>;

  /**
   * Leave in good order: wait (a few seconds at most) for frames to be handled, then be a member no more. All entries and
   * claims of this node are void, calls still open are answered `gone`, no timer is left. Further calls wait for the same.
   */
  drain(): Promise<void>;
}
