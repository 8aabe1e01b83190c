/** Looks at what `storage-writer.ts` left behind when it was killed. */
import type { Codec, Storage } from '../../src/storage/stores.ts';

/** Text as it is. */
export const text: Codec<string> = { encode: (value) => value, decode: (value) => value };

/** What is stored. */
export interface Written {
  /** Numbers of the units, ascending. */
  readonly units: readonly number[];
  /** What contradicts "each unit whole and once", in words. */
  readonly problems: readonly string[];
}

/** Reads all and compares the parts of each unit. */
export async function writtenUnits(storage: Storage): Promise<Written> {
  const cells = await storage.map('host.test', 'cells', text).all('a');
  const units = [...cells.keys()].map(Number).sort((a, b) => a - b);
  const expected = units.map((n) => `<message id='${n}'/>`).join();
  const problems: string[] = [];
  const counted = await storage.counter('host.test', 'counter').get('a', 'units');
  if (counted !== units.length) problems.push(`${units.length} cells, counted ${counted}`);
  for (const owner of ['a', 'b']) {
    const page = await storage.archive('host.test', 'archive').find(owner, { order: 'forward', max: 1_000_000 });
    if (page.entries.map(({ stanza }) => stanza).join() !== expected) problems.push(`archive of ${owner} differs`);
    if (page.entries.some(({ seq }, i) => seq !== i + 1)) problems.push(`archive of ${owner} has a hole`);
    const ids = new Set(page.entries.map(({ id }) => id));
    if (ids.size !== page.entries.length) problems.push(`archive of ${owner} has an id twice`);
  }
  return { units, problems };
}
