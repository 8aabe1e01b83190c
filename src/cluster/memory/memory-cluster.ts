/** A cluster inside one process: what a server without other processes uses, and the ground on which tests stand. */
import { ClusterUnavailable, type Entry, type NodeId } from '../backend.ts';
import type { Clock } from '../clock.ts';
import { Claims } from './claims.ts';
import type { Packet, WindowLimits } from './link.ts';
import { MemoryBackend, type Shared } from './memory-backend.ts';
import { Registry } from './registry.ts';
import { VolatileMaps } from './volatile-maps.ts';

/** What a cluster in memory needs around it. */
export interface MemoryClusterOptions {
  readonly clock: Clock;
  /** Told what handlers and listeners throw. */
  readonly report: (error: unknown, what: string) => void;
  /** Per pair of nodes; default 4096 frames and 4 MiB. */
  readonly limits?: WindowLimits;
}

const DEFAULT_LIMITS: WindowLimits = { frames: 4096, bytes: 4 * 1024 * 1024 };

/** Stands for the shared state as a sender and a receiver in `carry`. */
export const AUTHORITY: NodeId = '';

/** Nodes that share registry, claims and values. What travels between them does so in a microtask. */
export class MemoryCluster implements Shared {
  readonly clock: Clock;
  readonly report: (error: unknown, what: string) => void;
  readonly limits: WindowLimits;
  protected readonly registry = new Registry();
  protected readonly claims = new Claims();
  protected readonly values = new VolatileMaps();
  protected readonly nodes = new Map<NodeId, MemoryBackend>();
  #incarnations = 0;

  constructor(options: MemoryClusterOptions) {
    this.clock = options.clock;
    this.report = options.report;
    this.limits = options.limits ?? DEFAULT_LIMITS;
  }

  /** Start a node. Its name may not hold `#`. */
  join(name: string): MemoryBackend {
    const id = this.nextId(name);
    const node = new MemoryBackend(this, id, [...this.nodes.keys(), id]);
    this.admit(id, node);
    return node;
  }

  remove(node: NodeId): void {
    if (!this.nodes.delete(node)) return;
    this.registry.evict(node);
    this.claims.evict(node);
    this.tellAll((other) => other.left(node));
  }

  view(_node: NodeId): ReadonlyMap<string, readonly Entry[]> {
    return this.registry.accounts;
  }

  write<T>(node: NodeId, _bares: readonly string[], change: (registry: Registry) => T): T | Promise<T> {
    this.mustBeMember(node);
    return change(this.registry);
  }

  ask<T>(node: NodeId, act: (claims: Claims, values: VolatileMaps) => T): T | Promise<T> {
    this.mustBeMember(node);
    return act(this.claims, this.values);
  }

  post(from: NodeId, to: NodeId, packet: Packet): boolean {
    const target = this.nodes.get(to);
    if (target === undefined || !this.nodes.has(from)) return false;
    this.carry(from, to, () => {
      // a dead node's frames are void; its last replies are not
      if (this.nodes.get(to) === target && (packet.type === 'reply' || this.nodes.has(from)))
        target.receive(from, packet);
    });
    return true;
  }

  /** Bring something from one node to another, or from or to `AUTHORITY`: later, and in order for each pair. */
  protected carry(_from: NodeId, _to: NodeId, deliver: () => void): void {
    queueMicrotask(deliver);
  }

  protected nextId(name: string): NodeId {
    return `${name}#${++this.#incarnations}`;
  }

  protected admit(id: NodeId, node: MemoryBackend): void {
    this.tellAll((other) => other.joined(id));
    this.nodes.set(id, node);
  }

  /** Let all nodes of this moment hear something. */
  protected tellAll(tell: (node: MemoryBackend) => void): void {
    for (const [id, node] of this.nodes) {
      this.carry(AUTHORITY, id, () => {
        if (this.nodes.get(id) === node) tell(node);
      });
    }
  }

  protected mustBeMember(node: NodeId): void {
    if (!this.nodes.has(node)) throw new ClusterUnavailable(`Node ${node} is not a member of the cluster`);
  }
}
