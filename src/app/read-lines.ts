/** Lines of a socket. */
import type { Socket } from 'node:net';
import { MAX_LINE } from './control-protocol.ts';

const NEWLINE = 0x0a;

/**
 * The lines of a socket without their ends.
 * @throws Error a line that is too long, or what the socket broke with
 */
export async function* readLines(socket: Socket): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let size = 0;
  const chunks: AsyncIterable<Buffer> = socket; // no encoding was set
  for await (const chunk of chunks) {
    let rest = chunk;
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
      yield Buffer.concat([...parts, rest.subarray(0, end)]).toString();
      parts = [];
      size = 0;
      rest = rest.subarray(end + 1);
    }
    size += rest.length;
    if (size > MAX_LINE) throw new Error('a line is too long');
    parts.push(rest);
  }
}
