/**
 * The process that `socket-load.ts` measures: `couplet`, or `echo`, which does nothing but write back what it reads.
 *
 * Tells its parent `{ port }` when it listens, and answers any message with what it has used so far.
 */
import { createServer } from 'node:net';
import { allocatedBytes, microseconds } from './measure.ts';
import { addAccounts, portOf, startMeasured } from './server.ts';

/** What a server process has used since it started. */
export interface Used {
  /** Microseconds. */
  readonly cpu: number;
  /** Bytes on the JavaScript heap; NaN where Node does not count them. */
  readonly heap: number;
}

async function couplet(): Promise<number> {
  const server = await startMeasured();
  await addAccounts(server, ['romeo', 'juliet']);
  return portOf(server);
}

async function echo(): Promise<number> {
  const server = createServer({ noDelay: true, highWaterMark: 1 }, (socket) => {
    socket.on('data', (chunk: Buffer) => socket.write(chunk));
    socket.on('error', () => undefined);
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return address.port;
}

const port = await (process.argv[2] === 'echo' ? echo() : couplet());
process.on('message', () => {
  process.send?.({ cpu: microseconds(process.cpuUsage()), heap: allocatedBytes() } satisfies Used);
});
process.on('disconnect', () => process.exit());
process.send?.({ port });
