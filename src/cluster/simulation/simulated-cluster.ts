/**
 * A cluster in memory that misbehaves, for tests: everything that travels takes a random time, frames come twice, calls
 * are answered `gone`, nodes die, lose their lease and their claims. The same seed gives the same history, as long as
 * the code under test waits for nothing but this cluster and turns of the event loop.
 */
import type { Entry, NodeId } from '../backend.ts';
import { VirtualClock } from './virtual-clock.ts';
import type { Claims } from '../memory/claims.ts';
import { FaultyCluster } from './faulty-cluster.ts';
import type { Packet, WindowLimits } from '../memory/link.ts';
import { AUTHORITY } from '../memory/memory-cluster.ts';
import { without, type Registry } from '../memory/registry.ts';
import type { VolatileMaps } from '../memory/volatile-maps.ts';

/** How a simulated cluster misbehaves. Probabilities are 0 … 1, below 1. */
export interface SimulationOptions {
  readonly seed: number;
  /** That something does not arrive in this turn of the event loop but stays for a later one; default 0.5. */
  readonly delay?: number;
  /** That a frame arrives again later; default 0.1. */
  readonly duplicate?: number;
  /** That a call is answered `gone` without being handled; default 0. */
  readonly gone?: number;
  /** Told what handlers and listeners throw; default: an uncaught error, so that the test fails. */
  readonly report?: (error: unknown, what: string) => void;
  readonly limits?: WindowLimits;
}

/** What is under way from one node to another, oldest first. */
interface Queue {
  readonly deliveries: (() => void)[];
  /** May something come twice? */
  readonly repeats: boolean;
}

/** A cluster in memory whose nodes see each other, and the registry, only after a while. */
export class SimulatedCluster extends FaultyCluster {
  /** Times out calls and expires values; stands still unless a test advances it. */
  readonly time: VirtualClock;
  readonly #random: () => number;
  readonly #delay: number;
  readonly #duplicate: number;
  readonly #gone: number;
  /** By pair of nodes. */
  readonly #queues = new Map<string, Queue>();
  readonly #replicas = new Map<NodeId, Map<string, readonly Entry[]>>();
  #turning = false;
  #idle: (() => void)[] = [];

  constructor(options: SimulationOptions) {
    const time = new VirtualClock();
    const { seed, delay = 0.5, duplicate = 0.1, gone = 0, report = uncaught, limits } = options;
    super({ clock: time, report, ...(limits && { limits }) });
    this.time = time;
    this.#random = randomSequence(seed);
    this.#delay = delay;
    this.#duplicate = duplicate;
    this.#gone = gone;
  }

  /** A number 0 … below `n` from the same sequence that everything here follows. */
  pick(n: number): number {
    return Math.floor(this.#random() * n);
  }

  override idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#idle.push(resolve);
      this.#turn();
    });
  }

  override loseRegistry(): void {
    this.tellAll((node) => this.#replicas.get(node.self)?.clear());
    super.loseRegistry();
  }

  override view(node: NodeId): ReadonlyMap<string, readonly Entry[]> {
    const replica = new Map(this.registry.accounts);
    this.#replicas.set(node, replica);
    return replica;
  }

  override remove(node: NodeId): void {
    if (!this.nodes.has(node)) return;
    this.tellAll((other) => this.#forget(other.self, node)); // arrives before the news of `leave`
    super.remove(node);
    this.#replicas.delete(node);
  }

  /** What was changed is answered when every live node's copy shows it. */
  override async write<T>(node: NodeId, bares: readonly string[], change: (registry: Registry) => T): Promise<T> {
    const result = await this.#atAuthority(node, () => change(this.registry));
    await this.#publish(bares);
    return result;
  }

  override async ask<T>(node: NodeId, act: (claims: Claims, values: VolatileMaps) => T): Promise<T> {
    const result = await this.#atAuthority(node, () => act(this.claims, this.values));
    await this.#travel(AUTHORITY, node);
    return result;
  }

  override post(from: NodeId, to: NodeId, packet: Packet): boolean {
    const refused = packet.type === 'frame' && packet.call && this.#random() < this.#gone;
    if (!refused) return super.post(from, to, packet);
    if (!this.nodes.has(from) || !this.nodes.has(to)) return false;
    this.carry(from, to, () => super.post(to, from, { type: 'reply', seq: packet.seq, reply: { type: 'gone' } }));
    return true;
  }

  protected override carry(from: NodeId, to: NodeId, deliver: () => void): void {
    const pair = `${from} ${to}`;
    const queue = this.#queues.get(pair);
    if (queue === undefined) {
      this.#queues.set(pair, { deliveries: [deliver], repeats: from !== AUTHORITY && to !== AUTHORITY });
    } else queue.deliveries.push(deliver);
    this.#turn();
  }

  /** The request travels, is done if its node is alive still, and is rejected otherwise. */
  async #atAuthority<T>(node: NodeId, act: () => T): Promise<T> {
    this.mustBeMember(node);
    await this.#travel(node, AUTHORITY);
    this.mustBeMember(node);
    return act();
  }

  /** Bring the present entries of these accounts to every node. */
  async #publish(bares: readonly string[]): Promise<void> {
    const state = bares.map((bare) => ({ bare, entries: this.registry.lookup(bare) }));
    const arrivals = [...this.nodes.keys()].map((id) =>
      this.#travel(AUTHORITY, id, () => {
        const replica = this.#replicas.get(id);
        for (const { bare, entries } of state) replica?.set(bare, entries);
      }),
    );
    await Promise.all(arrivals);
  }

  #forget(node: NodeId, dead: NodeId): void {
    const replica = this.#replicas.get(node);
    for (const [bare, entries] of replica ?? []) replica?.set(bare, without(entries, dead));
  }

  /** Resolves after `arrived` ran, which happens in order with everything else of that pair. */
  #travel(from: NodeId, to: NodeId, arrived?: () => void): Promise<void> {
    return new Promise((resolve) =>
      this.carry(from, to, () => {
        arrived?.();
        resolve();
      }),
    );
  }

  /** Deliver some of what is under way in the next turn of the event loop, and so on until nothing is. */
  #turn(): void {
    if (this.#turning) return;
    this.#turning = true;
    setImmediate(() => {
      this.#turning = false;
      if (this.#queues.size === 0) return this.#wakeIdle();
      for (const [pair, queue] of this.#queues) {
        while (queue.deliveries.length > 0 && this.#random() >= this.#delay) this.#deliverNext(queue);
        if (queue.deliveries.length === 0) this.#queues.delete(pair);
      }
      this.#turn();
    });
  }

  /** The oldest of a queue; it may come again, behind what has been sent since, as a retransmission would. */
  #deliverNext({ deliveries, repeats }: Queue): void {
    const deliver = deliveries.shift();
    deliver?.();
    if (deliver !== undefined && repeats && this.#random() < this.#duplicate) deliveries.push(deliver);
  }

  #wakeIdle(): void {
    const idle = this.#idle;
    this.#idle = [];
    for (const wake of idle) wake();
  }
}

/** Numbers 0 … below 1 that depend on the seed alone (xorshift, period 2^32 − 1). */
function randomSequence(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1) || 1; // neighbouring seeds must differ in their high bits
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

function uncaught(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
