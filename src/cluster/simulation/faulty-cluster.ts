/** A cluster in memory whose nodes a test can hurt. Used by tests only. */
import { MemoryCluster } from '../memory/memory-cluster.ts';
import type { MemoryBackend } from '../memory/memory-backend.ts';

export class FaultyCluster extends MemoryCluster {
  /** Resolves when nothing is under way. */
  idle(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve)); // microtasks run before
  }

  /** A node dies without a word; what it sent may or may not arrive. */
  crash(node: MemoryBackend): void {
    node.stop();
  }

  /** A node loses its lease and finds out: as dead for the others, but it goes on. */
  fence(node: MemoryBackend): void {
    const id = node.self;
    node.stop();
    node.tell('fenced', id);
  }

  /** A fenced node becomes a member again, under a new id. */
  rejoin(node: MemoryBackend): void {
    const [name = ''] = node.self.split('#');
    const id = this.nextId(name);
    this.admit(id, node);
    node.enter(id, this.nodes.keys());
  }

  /** Ownership moves without a word to the former owner, as when it believes too long that it has its lease. */
  moveClaim(what: string, to: MemoryBackend): void {
    const now = this.clock.now();
    const { owner, epoch } = this.claims.claim(to.self, what, Infinity, now);
    this.claims.release(owner, what, epoch, now);
    this.claims.claim(to.self, what, Infinity, now);
  }

  /** The registry is lost; every node is told. */
  loseRegistry(): void {
    this.registry.clear();
    this.tellAll((node) => node.tell('registryLost', node.self));
  }
}
