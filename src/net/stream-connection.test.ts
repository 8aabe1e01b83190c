import { afterEach, describe, expect, it, vi } from 'vitest';
import { TestStore } from '../../test/support/stream/credentials.ts';
import { bind, loginHost, plainAuth } from '../../test/support/stream/login.ts';
import { header } from '../../test/support/stream/recorder.ts';
import { serviceOptions, startService, type TestService } from '../../test/support/stream/service.ts';
import { sleep } from '../../test/support/stream/tcp.ts';
import { StreamError } from '../stanza/stream-error.ts';
import type { ClientStream } from '../stream/interface.ts';
import type { C2sListenOptions, StreamDeadlines } from './interface.ts';

const services: TestService[] = [];
afterEach(async () => {
  for (const { listener } of services.splice(0)) await listener.close();
});

async function start(
  host = loginHost(),
  deadlines: Partial<StreamDeadlines> = {},
  more: Partial<C2sListenOptions> = {},
): Promise<TestService> {
  const service = await startService(serviceOptions([host], deadlines, more));
  services.push(service);
  return service;
}

describe('a client over TCP', () => {
  it('logs in, is heard, hears, and leaves', async () => {
    const host = loginHost();
    const service = await start(host);
    const client = await service.login('r');
    client.send('<message id="1"/>');
    await vi.waitFor(() => expect(host.sessions[0]?.received.map(({ id }) => id)).toEqual(['1']));
    await client.ask('</stream:stream>', '</stream:stream>');
    await client.until(({ ended }) => ended);
    client.socket.end();
    await client.until(({ closed }) => closed);
    expect(host.sessions[0]?.ends).toEqual([{ kind: 'closed' }]);
    await vi.waitFor(() => expect(service.metric('couplet_connections')).toBe(0));
  });

  it('may send all of it at once, cut anywhere', async () => {
    const host = loginHost();
    const service = await start(host);
    const text = `${header()}${plainAuth('alice', 'a')}${header()}${bind('r')}<message id='1'><body>ü</body></message></stream:stream>`;
    const bytes = Buffer.from(text);
    for (const size of [bytes.length, 300, 7]) {
      const client = await service.connect();
      for (let at = 0; at < bytes.length; at += size) {
        client.socket.write(bytes.subarray(at, at + size));
        if (size < 300) await new Promise(setImmediate);
      }
      await client.until(({ ended }) => ended);
      expect(client.received).toMatch(/<\/features>|<\/stream:features><success .*<iq .*<\/iq><\/stream:stream>$/);
      expect(host.sessions.pop()?.received.map(({ id }) => id)).toEqual(['1']);
      client.socket.destroy();
    }
  });

  it('is read to its end before the end counts', async () => {
    const host = loginHost();
    const service = await start(host);
    const client = await service.login('r');
    client.socket.end(Array.from({ length: 1000 }, (_, i) => `<message id='${i}'/>`).join(''));
    await client.until(({ ended }) => ended);
    expect(host.sessions[0]?.received).toHaveLength(1000);
    expect(host.sessions[0]?.ends).toEqual([{ kind: 'lost' }]);
  });

  it('still gets what is not answered when it has closed its side, and then is lost', async () => {
    const host = loginHost();
    const service = await start(host);
    const client = await service.login('r');
    const [session] = host.sessions;
    if (session === undefined) throw new Error('not bound');
    const { promise, resolve } = Promise.withResolvers<void>();
    session.unanswered = promise;
    client.socket.end();
    await sleep(50);
    expect(session.ends).toEqual([]);
    host.streams[0]?.write("<iq id='late'/>");
    resolve();
    await client.until(({ ended }) => ended);
    expect(client.received).toMatch(/<iq id='late'\/><\/stream:stream>$/);
    expect(session.ends).toEqual([{ kind: 'lost' }]);
  });

  it('is not read while something it sent is pending', async () => {
    const store = new TestStore({ alice: 'a' });
    const gate = Promise.withResolvers<void>();
    store.gate = gate.promise;
    const host = loginHost('a.test', { store });
    const service = await start(host);
    const client = await service.connect();
    client.send(header() + plainAuth('alice', 'a') + header() + bind('r'));
    await client.until(({ received }) => received.includes('</stream:features>'));
    client.send('<message/>');
    await sleep(30);
    expect(client.received).not.toContain('<success');
    gate.resolve();
    await client.until(({ received }) => received.includes('</iq>'));
    await vi.waitFor(() => expect(host.sessions[0]?.received).toHaveLength(1));
  });

  it('is not read while its session says so, at most a buffer more', async () => {
    const host = loginHost();
    const service = await start(host);
    let received = 0;
    let resume = (): void => undefined;
    host.beforeBind = (session, stream) => {
      resume = () => stream.resume();
      session.onReceive = ({ id }) => {
        received++;
        if (id === 'pause') stream.pause();
      };
    };
    const client = await service.login('r');
    const filler = `<message>${'x'.repeat(1000)}</message>`;
    client.send(`<message id='pause'/>${filler.repeat(10_000)}`);
    await vi.waitFor(() => expect(received).toBe(1));
    await sleep(100);
    expect(received).toBe(1);
    expect(client.socket.writableLength).toBeGreaterThan(1_000_000);
    resume();
    await vi.waitFor(() => expect(received).toBe(10_001), { timeout: 5000 });
  });

  it('gets the error even if it goes on sending (no reset before the last words)', async () => {
    const service = await start();
    const client = await service.connect();
    client.send(`${header()}<message>&bad;</message>${'x'.repeat(1_000_000)}`);
    for (let i = 0; i < 20; i++) client.send('y'.repeat(50_000));
    await client.until(({ ended }) => ended);
    expect(client.received).toMatch(/<not-well-formed .*<\/stream:stream>$/);
    client.socket.end();
    await client.until(({ closed }) => closed);
  });

  it('hears of a fault without details; the log has them', async () => {
    const host = loginHost();
    const service = await start(host);
    host.beforeBind = (session) => {
      session.onReceive = () => {
        throw new TypeError('secret');
      };
    };
    const client = await service.login('r');
    const answer = await client.ask('<message/>', '</stream:stream>');
    expect(answer).toContain('<internal-server-error ');
    expect(answer).not.toContain('secret');
    const line = service.log.lines.find(({ line }) => line === 'error stream failed');
    expect(line?.fields).toMatchObject({ user: 'alice@a.test' });
    expect(String(line?.fields['err'])).toBe('TypeError: secret');
  });

  it('hears of a fault in something that it waits for', async () => {
    const host = loginHost();
    const service = await start(host);
    host.beforeBind = async () => {
      await sleep(1);
      throw new TypeError('secret');
    };
    const client = await service.connect();
    client.send(header() + plainAuth('alice', 'a') + header() + bind('r'));
    await client.until(({ ended }) => ended);
    expect(client.received).toMatch(/<internal-server-error .*<\/stream:stream>$/);
    expect(service.log.lines.map(({ line }) => line)).toContain('error stream failed');
  });

  it('that was not read from hears the end, and is gone when it goes', async () => {
    const host = loginHost();
    const service = await start(host);
    const streams: ClientStream[] = [];
    host.beforeBind = (session, stream) => {
      streams.push(stream);
      session.onReceive = () => stream.pause();
    };
    const client = await service.login('r');
    client.send('<message/>'.repeat(500_000));
    await sleep(50);
    expect(client.socket.writableLength).toBeGreaterThan(0);
    streams[0]?.close(new StreamError('conflict'));
    await client.until(({ ended }) => ended);
    expect(client.received).toMatch(/<conflict .*<\/stream:stream>$/);
    client.socket.end();
    await vi.waitFor(() => expect(service.metric('couplet_connections')).toBe(0));
    expect(host.sessions[0]?.received).toHaveLength(1);
  });

  it('S20: that floods has a hundred elements taken in one turn', async () => {
    const host = loginHost();
    const service = await start(host);
    const order: string[] = [];
    host.beforeBind = (session) => {
      session.onReceive = ({ id }) => void order.push(id ?? '');
    };
    const flooder = await service.login('flood');
    const other = await service.login('other');
    flooder.send('<iq id="f"/>'.repeat(5000));
    other.send('<iq id="o"/>');
    await vi.waitFor(() => expect(order).toHaveLength(5001));
    expect(order.indexOf('o')).toBeLessThan(500);
  });

  it('S20: that floods lets others have their turn', async () => {
    const host = loginHost();
    const service = await start(host);
    host.beforeBind = (session, stream) => {
      session.onReceive = ({ id }) => stream.write(`<iq id='${id ?? ''}'/>`);
    };
    const flooder = await service.login('flood');
    const other = await service.login('other');
    const started = performance.now();
    flooder.send(Array.from({ length: 10_000 }, (_, i) => `<iq type='get' id='${i}'/>`).join(''));
    await other.ask(`<iq type='get' id='x'/>`, `<iq id='x'/>`);
    expect(performance.now() - started).toBeLessThan(200);
    await flooder.until(({ received }) => received.includes(`<iq id='9999'/>`));
    const ids = [...flooder.received.matchAll(/<iq id='(\d+)'\/>/g)].map(([, id]) => Number(id));
    expect(ids).toEqual(Array.from({ length: 10_000 }, (_, i) => i));
  });
});

describe('S121: a client that does not read', () => {
  it('is cut, and its session is told', async () => {
    const host = loginHost();
    const service = await start(host, {}, { output: { soft: 100_000, hard: 400_000, stall: 60_000 } });
    const streams: ClientStream[] = [];
    host.beforeBind = (_session, stream) => void streams.push(stream);
    const slow = await service.login('slow');
    const fast = await service.login('fast');
    slow.socket.pause();
    for (let i = 0; i < 1000; i++) {
      for (const stream of streams) stream.write(`<message>${'x'.repeat(10_000)}</message>`);
      if (i % 10 === 0) await sleep(1);
      if (service.metric('couplet_connections_cut_total', 'overflow') > 0) break;
    }
    await vi.waitFor(() => expect(host.sessions.map(({ ends }) => ends)).toEqual([[{ kind: 'lost' }], []]));
    expect(service.metric('couplet_connections_cut_total')).toBe(1);
    expect(fast.ended).toBe(false);
    fast.socket.destroy();
  });

  it('is not read from while it is congested', async () => {
    const host = loginHost();
    const service = await start(host, {}, { output: { soft: 100_000, hard: 10_000_000, stall: 60_000 } });
    host.beforeBind = (session, stream) => {
      session.onReceive = () => stream.write(`<message>${'x'.repeat(10_000)}</message>`);
    };
    const client = await service.login('r');
    client.socket.pause();
    client.send('<iq/>'.repeat(3000)); // thirty megabytes of answers
    await sleep(500);
    const taken = host.sessions[0]?.received.length ?? 0;
    expect(taken).toBeGreaterThan(10);
    expect(taken).toBeLessThan(2000);
    expect(service.metric('couplet_connections_cut_total')).toBe(0);
    client.socket.resume();
    await vi.waitFor(() => expect(host.sessions[0]?.received.length).toBe(3000), { timeout: 10_000 });
  });
});

it('closes sessions with an error that the client hears', async () => {
  const host = loginHost();
  const service = await start(host);
  const streams: ClientStream[] = [];
  host.beforeBind = (_session, stream) => void streams.push(stream);
  const client = await service.login('r');
  streams[0]?.close(new StreamError('conflict', 'Replaced'));
  await client.until(({ ended }) => ended);
  expect(client.received).toMatch(/<conflict .*Replaced.*<\/stream:error><\/stream:stream>$/);
});
