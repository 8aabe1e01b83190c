import fc from 'fast-check';
import { createServer, type Socket } from 'node:net';
import { connect } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import { requestedName } from './client-hello.ts';

/** What a client sends first. */
async function hello(servername: string): Promise<Buffer> {
  const taken = Promise.withResolvers<Socket>();
  const server = createServer(taken.resolve).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  const client = connect({ host: '127.0.0.1', port, servername }).on('error', () => undefined);
  const socket = await taken.promise;
  let input: Buffer = Buffer.alloc(0);
  while (requestedName(input) === 'incomplete') {
    input = Buffer.concat([input, await new Promise<Buffer>((resolve) => socket.once('data', resolve))]);
  }
  client.destroy();
  socket.destroy();
  server.close();
  return input;
}

describe('the name in a ClientHello', () => {
  let whole: Buffer = Buffer.alloc(0);
  beforeAll(async () => {
    whole = await hello('a.test');
  });

  it('is found once all of it is there, and not before', () => {
    expect(requestedName(whole)).toEqual({ name: 'a.test' });
    for (let end = 0; end < whole.length; end++) expect(requestedName(whole.subarray(0, end))).toBe('incomplete');
    expect(requestedName(Buffer.concat([whole, Buffer.from('more')]))).toEqual({ name: 'a.test' });
  });

  it('is found in a message that comes in several records', () => {
    const message = whole.subarray(5);
    for (const cut of [1, 3, 4, 40, message.length - 1]) {
      const record = (bytes: Buffer): Buffer => {
        const head = Buffer.from([22, 3, 1, 0, 0]);
        head.writeUInt16BE(bytes.length, 3);
        return Buffer.concat([head, bytes]);
      };
      const parts = Buffer.concat([record(message.subarray(0, cut)), record(message.subarray(cut))]);
      expect(requestedName(parts)).toEqual({ name: 'a.test' });
      expect(requestedName(parts.subarray(0, parts.length - 1))).toBe('incomplete');
    }
  });

  it('is missing where the client asks for none', async () => {
    expect(requestedName(await hello(''))).toEqual({ name: undefined });
  });

  it('is not waited for in what is no TLS, or goes on for ever', () => {
    expect(requestedName(Buffer.from('<stream:stream'))).toEqual({ name: undefined });
    const huge = Buffer.alloc(16_384);
    huge.set([22, 3, 1, 0xff, 0xff, 1, 0, 0xff, 0xff]);
    expect(requestedName(huge.subarray(1))).toEqual({ name: undefined });
    expect(requestedName(huge.subarray(0, -1))).toBe('incomplete');
    expect(requestedName(huge)).toEqual({ name: undefined });
    const crumbs = (count: number): Buffer =>
      Buffer.concat(Array.from({ length: count }, () => Buffer.from([22, 3, 1, 0, 1, 1])));
    expect(requestedName(crumbs(7))).toBe('incomplete');
    expect(requestedName(crumbs(8))).toEqual({ name: undefined });
  });

  it('does not care what the bytes are', () => {
    fc.assert(
      fc.property(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 }), (at, byte) => {
        const changed = Buffer.from(whole);
        changed[at] = byte;
        requestedName(changed);
      }),
    );
  });
});
