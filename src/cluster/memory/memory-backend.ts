/** One node of a `MemoryCluster`. */
import type {
  BindResult,
  Binding,
  Claim,
  ClusterBackend,
  ClusterEvents,
  ConflictPolicy,
  Entry,
  FrameHandler,
  FrameKind,
  NodeId,
  Reply,
  WindowState,
} from '../backend.ts';
import type { Clock } from '../clock.ts';
import type { Claims } from './claims.ts';
import { FrameEndpoint } from './frame-endpoint.ts';
import type { Packet, WindowLimits } from './link.ts';
import { NO_ENTRIES, type Registry } from './registry.ts';
import type { VolatileMaps } from './volatile-maps.ts';

/** What the nodes of one cluster share. */
export interface Shared {
  readonly clock: Clock;
  readonly limits: WindowLimits;
  readonly report: (error: unknown, what: string) => void;
  /** The entries that a node sees by bare JID: the registry itself, or a copy that follows. */
  view(node: NodeId): ReadonlyMap<string, readonly Entry[]>;
  /** Change the registry. Throws or rejects with `ClusterUnavailable` if the node is not a member. */
  write<T>(node: NodeId, bares: readonly string[], change: (registry: Registry) => T): T | Promise<T>;
  /** Use claims or values; fails likewise. */
  ask<T>(node: NodeId, act: (claims: Claims, values: VolatileMaps) => T): T | Promise<T>;
  /** Carry a packet. @returns false if one of the two is not a member */
  post(from: NodeId, to: NodeId, packet: Packet): boolean;
  /** A node is a member no more: its entries and claims are void, the others hear of it. */
  remove(node: NodeId): void;
}

type Listener = (node: NodeId) => void;

/** `ClusterBackend` over plain maps of this process. A node alone answers everything at once. */
export class MemoryBackend implements ClusterBackend {
  readonly #shared: Shared;
  readonly #frames: FrameEndpoint;
  readonly #listeners = new Map<keyof ClusterEvents, Set<Listener>>();
  #self: NodeId;
  #members: Set<NodeId>;
  #view: ReadonlyMap<string, readonly Entry[]>;
  #isMember = true;
  #drained: Promise<void> | undefined;

  /** @param members all live nodes, this one included */
  constructor(shared: Shared, self: NodeId, members: Iterable<NodeId>) {
    this.#shared = shared;
    this.#self = self;
    this.#members = new Set(members);
    this.#view = shared.view(self);
    this.#frames = new FrameEndpoint({
      clock: shared.clock,
      limits: shared.limits,
      report: shared.report,
      post: (to, packet) => shared.post(this.#self, to, packet),
    });
  }

  get self(): NodeId {
    return this.#self;
  }

  leaseOk(): boolean {
    return this.#isMember;
  }

  members(): ReadonlySet<NodeId> {
    return this.#members;
  }

  on<Name extends keyof ClusterEvents>(name: Name, listener: (node: ClusterEvents[Name]) => void): () => void {
    let listeners = this.#listeners.get(name);
    if (listeners === undefined) this.#listeners.set(name, (listeners = new Set()));
    const own: Listener = (node) => listener(node); // so that adding one function twice makes two listeners
    listeners.add(own);
    return () => listeners.delete(own);
  }

  bind(bare: string, binding: Binding, policy: ConflictPolicy, max: number): BindResult | Promise<BindResult> {
    const self = this.#self;
    return this.#shared.write(self, [bare], (registry) => registry.bind(self, bare, binding, policy, max));
  }

  update(bare: string, sid: string, priority: number, flags: number): boolean | Promise<boolean> {
    return this.#shared.write(this.#self, [bare], (registry) => registry.update(bare, sid, priority, flags));
  }

  swap(bare: string, oldSid: string, next: Omit<Binding, 'resource'>): boolean | Promise<boolean> {
    const self = this.#self;
    return this.#shared.write(self, [bare], (registry) => registry.swap(self, bare, oldSid, next));
  }

  unbind(bare: string, sid: string): boolean | Promise<boolean> {
    return this.#shared.write(this.#self, [bare], (registry) => registry.unbind(bare, sid));
  }

  lookup(bare: string): readonly Entry[] {
    return this.#view.get(bare) ?? NO_ENTRIES;
  }

  lookupAll(bares: readonly string[]): readonly (readonly Entry[])[] {
    return bares.map((bare) => this.lookup(bare));
  }

  reassert(
    sessions: Iterable<readonly [bare: string, binding: Binding]>,
  ): readonly (readonly [string, Binding])[] | Promise<readonly (readonly [string, Binding])[]> {
    const self = this.#self;
    const all = [...sessions];
    const bares = all.map(([bare]) => bare);
    return this.#shared.write(self, bares, (registry) =>
      all.filter(([bare, binding]) => !registry.reassert(self, bare, binding)),
    );
  }

  put(key: string, field: string, value: string, ttlMs = Infinity): void | Promise<void> {
    return this.#shared.ask(this.#self, (_, values) => values.put(key, field, value, ttlMs, this.#now()));
  }

  get(key: string): ReadonlyMap<string, string> | Promise<ReadonlyMap<string, string>> {
    return this.#shared.ask(this.#self, (_, values) => values.get(key, this.#now()));
  }

  del(key: string, field?: string, ifValue?: string): boolean | Promise<boolean> {
    return this.#shared.ask(this.#self, (_, values) => values.del(key, field, ifValue, this.#now()));
  }

  claim(what: string, ttlMs = Infinity): Claim | Promise<Claim> {
    const self = this.#self;
    return this.#shared.ask(self, (claims) => claims.claim(self, what, ttlMs, this.#now()));
  }

  release(what: string, epoch: number): boolean | Promise<boolean> {
    const self = this.#self;
    return this.#shared.ask(self, (claims) => claims.release(self, what, epoch, this.#now()));
  }

  send<Head>(to: NodeId, kind: FrameKind<Head>, head: Head, body = ''): void {
    this.#frames.send(to, kind, head, body);
  }

  call<Head>(to: NodeId, kind: FrameKind<Head>, head: Head, body = '', ms?: number): Promise<Reply> {
    return this.#frames.call(to, kind, head, body, ms);
  }

  handle<Head>(kind: FrameKind<Head>, handler: FrameHandler<Head>): () => void {
    return this.#frames.handle(kind, handler);
  }

  window(to: NodeId): WindowState {
    return this.#frames.window(to);
  }

  ready(to: NodeId): Promise<void> {
    return this.#frames.ready(to);
  }

  drain(): Promise<void> {
    this.#drained ??= this.#frames.idle().then(() => this.stop());
    return this.#drained;
  }

  // What the cluster tells its node:

  /** A packet has arrived. */
  receive(from: NodeId, packet: Packet): void {
    this.#frames.receive(from, packet);
  }

  /** Another node is a member now. */
  joined(node: NodeId): void {
    this.#members.add(node);
    this.tell('join', node);
  }

  /** Another node is a member no more. */
  left(node: NodeId): void {
    this.#members.delete(node);
    this.#frames.forget(node);
    this.tell('leave', node);
  }

  /** Be a member no more, without waiting for anything. */
  stop(): void {
    if (!this.#isMember) return;
    this.#isMember = false;
    this.#members.delete(this.#self);
    this.#shared.remove(this.#self);
    this.#frames.reset();
  }

  /** Be a member again. */
  enter(self: NodeId, members: Iterable<NodeId>): void {
    this.#self = self;
    this.#members = new Set(members);
    this.#view = this.#shared.view(self);
    this.#isMember = true;
    this.tell('rejoined', self);
  }

  /** Call the listeners of an event. */
  tell(name: keyof ClusterEvents, node: NodeId): void {
    for (const listener of this.#listeners.get(name) ?? []) {
      try {
        listener(node);
      } catch (error) {
        this.#shared.report(error, `listener of cluster event ${name}`);
      }
    }
  }

  #now(): number {
    return this.#shared.clock.now();
  }
}
