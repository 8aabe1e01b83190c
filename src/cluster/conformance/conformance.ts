/**
 * What every `ClusterBackend` must do: a backend's test calls this with a way to start a cluster of it. Tests run against
 * several nodes, with whatever delays the backend has.
 */
import { describe } from 'vitest';
import { claimConformance } from './claims.ts';
import type { StartCluster } from './cluster-under-test.ts';
import { frameConformance } from './frames.ts';
import { memberConformance } from './members.ts';
import { registryConformance } from './registry.ts';
import { registryPropertyConformance } from './registry-properties.ts';
import { valueConformance } from './values.ts';

/** Declare the suite. @param runs random sequences per property */
export function clusterConformance(name: string, start: StartCluster, runs: number): void {
  describe(`cluster backend ${name}`, () => {
    describe('members', () => memberConformance(start));
    describe('registry', () => registryConformance(start));
    describe('registry, random sequences', () => registryPropertyConformance(start, runs));
    describe('values', () => valueConformance(start));
    describe('claims', () => claimConformance(start));
    describe('frames', () => frameConformance(start));
  });
}
