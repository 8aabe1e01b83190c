/** The suite that every storage driver must pass; called at the top level of a test file. */
import { describe } from 'vitest';
import { archiveModelConformance } from './archive-properties.ts';
import { archiveConformance } from './archives.ts';
import { blobConformance } from './blobs.ts';
import { cellConformance } from './cells.ts';
import { congestionConformance } from './congestion.ts';
import { counterConformance } from './counters.ts';
import { failureConformance } from './failures.ts';
import type { Medium } from './fixture.ts';
import { refusalConformance } from './refusals.ts';
import { unitConformance } from './units.ts';

/**
 * Declares the tests for one medium.
 * @param open gives a fresh, empty medium at each call
 * @param runs of each property test
 */
export function storageConformance(name: string, open: () => Promise<Medium>, runs = 60): void {
  describe(`storage conformance: ${name}`, () => {
    unitConformance(open);
    failureConformance(open, runs);
    refusalConformance(open);
    congestionConformance(open);
    cellConformance(open);
    counterConformance(open);
    archiveConformance(open);
    archiveModelConformance(open, runs);
    blobConformance(open);
  });
}
