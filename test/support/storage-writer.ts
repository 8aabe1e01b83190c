/**
 * A process that writes until it is killed: `node storage-writer.ts CONFIG FIRST`.
 *
 * Unit N puts a cell, adds to a counter and appends to two archives. When it is committed, N is printed.
 */
import { writeSync } from 'node:fs';
import { openStorage } from '../../src/app/storage.ts';
import type { StorageConfig } from '../../src/app/storage.ts';
import { z } from 'zod';
import { text } from './written.ts';

const config: StorageConfig = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('sqlite'), directory: z.string() }),
    z.object({ kind: z.literal('postgresql'), directory: z.string(), url: z.string(), schema: z.string() }),
  ])
  .parse(JSON.parse(process.argv[2] ?? ''));
const first = Number(process.argv[3]);

const storage = await openStorage(config, {
  failed: (error) => process.stderr.write(`${error.message}\n`),
  noticed: () => undefined,
});
const cells = storage.map('host.test', 'cells', text);
const counter = storage.counter('host.test', 'counter');
const archive = storage.archive('host.test', 'archive');

for (let n = first; ; n++) {
  const unit = storage.unit();
  cells.put(unit, 'a', String(n), 'x');
  counter.add(unit, 'a', 'units', 1);
  for (const owner of ['a', 'b']) {
    archive.append(unit, owner, { when: n, with: 'c@host.test', stanza: `<message id='${n}'/>`, dedupe: String(n) });
  }
  unit.ticket.onSettled({
    settled: () => {
      if (unit.ticket.state === 'committed') writeSync(1, `${n}\n`);
    },
  });
  unit.submit();
  // A few at once, so that batches form, and never more than a bounded number.
  if (n % 20 === 0) await storage.drain();
  else if (n % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
}
