/** What a backend's test provides to the conformance suite. */
import { expect } from 'vitest';
import type { ClusterBackend } from '../backend.ts';

/** A cluster that a test has to itself. */
export interface ClusterUnderTest {
  /** Start a node; resolves when all nodes see it. */
  join(name: string): Promise<ClusterBackend>;
  /** Kill a node without a goodbye; resolves when the others have noticed. */
  crash(node: ClusterBackend): Promise<void>;
  /** Take a node's lease away and let it notice; resolves when the others have noticed too. */
  fence(node: ClusterBackend): Promise<void>;
  /** Let a fenced node become a member again; resolves when all nodes see it. */
  rejoin(node: ClusterBackend): Promise<void>;
  /** Lose the registry; resolves when all nodes were told. */
  loseRegistry(): Promise<void>;
  /** Let that many milliseconds pass. */
  elapse(ms: number): Promise<void>;
  /** Stop all nodes. @returns the number of timers that they left behind */
  close(): Promise<number>;
}

/** Starts an empty cluster. */
export type StartCluster = () => Promise<ClusterUnderTest>;

/** Use a cluster of nodes with those names, then close it; no timer may be left. */
export async function withCluster(
  start: StartCluster,
  names: readonly string[],
  use: (cluster: ClusterUnderTest, ...nodes: readonly ClusterBackend[]) => Promise<void>,
): Promise<void> {
  const cluster = await start();
  let timers = 0;
  try {
    const nodes: ClusterBackend[] = [];
    for (const name of names) nodes.push(await cluster.join(name));
    await use(cluster, ...nodes);
  } finally {
    timers = await cluster.close();
  }
  expect(timers, 'timers left').toBe(0);
}
