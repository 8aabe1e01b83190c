/** The conformance suite on clusters in memory. */
import type { ClusterBackend } from '../backend.ts';
import type { ClusterUnderTest } from '../conformance/cluster-under-test.ts';
import { clusterConformance } from '../conformance/conformance.ts';
import { MemoryBackend } from '../memory/memory-backend.ts';
import { FaultyCluster } from './faulty-cluster.ts';
import { SimulatedCluster } from './simulated-cluster.ts';
import { VirtualClock } from './virtual-clock.ts';

function memoryNode(node: ClusterBackend): MemoryBackend {
  if (!(node instanceof MemoryBackend)) throw new TypeError('not a node of this cluster');
  return node;
}

function underTest(cluster: FaultyCluster, clock: VirtualClock): ClusterUnderTest {
  const nodes: MemoryBackend[] = [];
  return {
    async join(name) {
      const node = cluster.join(name);
      nodes.push(node);
      await cluster.idle();
      return node;
    },
    async crash(node) {
      cluster.crash(memoryNode(node));
      await cluster.idle();
    },
    async fence(node) {
      cluster.fence(memoryNode(node));
      await cluster.idle();
    },
    async rejoin(node) {
      cluster.rejoin(memoryNode(node));
      await cluster.idle();
    },
    async loseRegistry() {
      cluster.loseRegistry();
      await cluster.idle();
    },
    async elapse(ms) {
      clock.advance(ms);
      await cluster.idle();
    },
    async close() {
      for (const node of nodes) cluster.crash(node);
      await cluster.idle();
      return clock.pending;
    },
  };
}

/**
 * Declare the suite for the cluster as the server uses it, and for the simulated one.
 * @param runs random sequences per property; @param slowRuns the same for the simulated one, where each takes longer
 */
export function memoryConformance(runs: number, slowRuns: number): void {
  clusterConformance('memory', startPrompt, runs);
  let seed = 0;
  const startSlow = async (): Promise<ClusterUnderTest> => {
    const cluster = new SimulatedCluster({ seed: seed++, delay: 0.6, duplicate: 0.2, report: ignore });
    return underTest(cluster, cluster.time);
  };
  clusterConformance('memory, slow and repeating', startSlow, slowRuns);
}

async function startPrompt(): Promise<ClusterUnderTest> {
  const clock = new VirtualClock();
  return underTest(new FaultyCluster({ clock, report: ignore }), clock);
}

function ignore(): void {}
