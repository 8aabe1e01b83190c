import { describe, expect, it } from 'vitest';
import { memoryConformance } from './memory-conformance.ts';
import { runLogin, runRoom } from './scenarios.ts';

memoryConformance(3_000, 2_000);

describe('what can be built on it, 5000 histories each', () => {
  it('keeps one history of a room', async () => {
    for (let seed = 1_000; seed < 6_000; seed++) {
      const { lines, accepted } = await runRoom(seed);
      const ids = lines.map((line) => line.id);
      expect(new Set(ids).size, `seed ${seed}`).toBe(ids.length);
      const epochs = lines.map((line) => line.epoch);
      expect(epochs, `seed ${seed}`).toEqual(epochs.toSorted((one, other) => one - other));
      for (const [sender, own] of accepted) {
        const kept = ids.filter((id) => id.startsWith(`${sender}/`));
        expect(kept.slice(0, own.length), `seed ${seed}`).toEqual(own);
      }
    }
  }, 120_000);

  it('misses no message', async () => {
    for (let seed = 1_000; seed < 6_000; seed++) {
      const { sent, got } = await runLogin(seed);
      expect(new Set(got), `seed ${seed}`).toEqual(new Set(sent));
    }
  }, 120_000);
});
