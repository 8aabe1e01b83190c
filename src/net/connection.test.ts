import { afterEach, describe, expect, it, vi } from 'vitest';
import { sleep, socketPair, type RawClient } from '../../test/support/stream/tcp.ts';
import { TimingWheel } from '../util/timing-wheel.ts';
import { Connection, type ConnectionOwner, type CutReason } from './connection.ts';
import type { OutputLimits } from './interface.ts';

const LIMITS: OutputLimits = { soft: 1024 * 1024, hard: 4 * 1024 * 1024, stall: 60_000 };

class Owner implements ConnectionOwner {
  input = '';
  readonly events: string[] = [];

  received(chunk: Buffer): void {
    this.input += chunk.toString('latin1');
  }

  congestionChanged(congested: boolean): void {
    this.events.push(congested ? 'congested' : 'clear');
  }

  cut(reason: CutReason): void {
    this.events.push(`cut ${reason}`);
  }

  handshakeStarted(): void {
    this.events.push('handshake');
  }

  secured(): void {
    this.events.push('secured');
  }

  inputEnded(): void {
    this.events.push('end');
  }

  gone(): void {
    this.events.push('gone');
  }
}

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function setup(limits: Partial<OutputLimits> = {}) {
  const { socket, client, close } = await socketPair();
  closers.push(close);
  const owner = new Owner();
  const wheel = new TimingWheel();
  const connection = new Connection(socket, owner, { ...LIMITS, ...limits }, wheel);
  return { socket, client, owner, wheel, connection, write: vi.spyOn(socket, 'write') };
}

/** Write until the kernel takes no more. */
async function clog(client: RawClient, connection: Connection): Promise<number> {
  client.socket.pause();
  let bytes = 0;
  while (connection.waiting === 0) {
    connection.write('x'.repeat(65_536));
    bytes += 65_536;
    await new Promise(setImmediate);
  }
  return bytes;
}

describe('output', () => {
  it('of one loop turn is one write', async () => {
    const { client, connection, write } = await setup();
    for (let i = 0; i < 100; i++) connection.write(`<m>${i}</m>`);
    await Promise.resolve();
    connection.write('<last/>');
    expect(write).not.toHaveBeenCalled();
    await client.until(({ received }) => received.endsWith('<last/>'));
    expect(write).toHaveBeenCalledTimes(1);
    expect(client.received).toBe(`${Array.from({ length: 100 }, (_, i) => `<m>${i}</m>`).join('')}<last/>`);
  });

  it('of many connections is one write each, in one turn', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => setup()));
    for (let i = 0; i < 10; i++) for (const { connection } of all) connection.write('m');
    await new Promise(setImmediate);
    for (const { write } of all) expect(write).toHaveBeenCalledTimes(1);
    for (const { client } of all) await client.until(({ received }) => received === 'mmmmmmmmmm');
  });

  it('is bytes, one a character', async () => {
    const { client, connection } = await setup();
    connection.write(Buffer.from('bücher → 🙂').toString('latin1'));
    await client.until(({ received }) => Buffer.from(received, 'latin1').toString() === 'bücher → 🙂');
  });

  it('is handed over in slices and arrives whole', async () => {
    const { client, connection, write } = await setup();
    const text = Array.from({ length: 40_000 }, (_, i) => `<m id="${i}"/>`).join('');
    connection.write(text.slice(0, 100_000));
    connection.write(text.slice(100_000));
    connection.end();
    await client.until(({ ended }) => ended);
    expect(client.received === text).toBe(true);
    for (const [slice] of write.mock.calls) expect(String(slice).length).toBeLessThanOrEqual(65_536);
  });

  it('goes on when the client reads again', async () => {
    const { client, connection, wheel } = await setup();
    const bytes = await clog(client, connection);
    connection.write('end');
    expect(connection.waiting).toBeGreaterThan(3);
    await sleep(20);
    expect(wheel.armed).toBe(1);
    client.socket.resume();
    await client.until(({ received }) => received.length === bytes + 3);
    expect(connection.waiting).toBe(0);
    expect(wheel.armed).toBe(0);
  });

  it('is gathered while the kernel takes nothing', async () => {
    const { client, connection, write } = await setup();
    await clog(client, connection);
    const calls = write.mock.calls.length;
    for (let i = 0; i < 50; i++) {
      connection.write('m'.repeat(100));
      await new Promise(setImmediate);
    }
    expect(write).toHaveBeenCalledTimes(calls);
    client.socket.resume();
    await client.until(({ received }) => received.endsWith('m'.repeat(5000)));
    expect(write.mock.calls.length).toBeLessThanOrEqual(calls + 2);
  });

  it('after the end is dropped', async () => {
    const { client, connection } = await setup();
    connection.write('last');
    connection.end();
    connection.write('more');
    connection.end();
    await client.until(({ ended }) => ended);
    expect(client.received).toBe('last');
  });
});

describe('S121: a client that does not read', () => {
  it('makes the connection congested at the soft limit, and clear when it reads', async () => {
    const { client, connection, owner } = await setup({ soft: 100_000 });
    await clog(client, connection);
    expect(connection.congested).toBe(false);
    connection.write('x'.repeat(150_000));
    expect(connection.congested).toBe(true);
    connection.write('x'.repeat(1000));
    expect(owner.events).toEqual(['congested']);
    client.socket.resume();
    await client.until(({ received }) => received.endsWith('x') && connection.waiting === 0);
    expect(owner.events).toEqual(['congested', 'clear']);
    expect(connection.congested).toBe(false);
  });

  it('is cut at the hard limit', async () => {
    const { client, connection, owner } = await setup({ soft: 100_000, hard: 300_000 });
    await clog(client, connection);
    for (let i = 0; i < 20; i++) connection.write('x'.repeat(20_000));
    expect(owner.events).toEqual(['congested', 'cut overflow']);
    expect(connection.waiting).toBeLessThan(100_000);
    await vi.waitFor(() => expect(owner.events.at(-1)).toBe('gone'));
    connection.write('more');
    expect(owner.events).toHaveLength(3);
  });

  it('is not cut for much in one turn that it takes', async () => {
    const { client, connection, owner } = await setup({ soft: 100_000, hard: 300_000 });
    for (let i = 0; i < 100; i++) connection.write('x'.repeat(20_000)); // fits into the buffers of the kernel
    expect(owner.events).toEqual([]);
    await client.until(({ received }) => received.length === 2_000_000);
  });

  it('is cut after the time without progress', async () => {
    const { client, connection, owner, wheel } = await setup({ stall: 600 });
    await clog(client, connection);
    await sleep(350);
    expect(owner.events).toEqual([]);
    await vi.waitFor(() => expect(owner.events).toEqual(['cut stall', 'gone']), 2000);
    expect(wheel.armed).toBe(0);
  });

  it('is cut in time even if more is written all the time', async () => {
    const { client, connection, owner } = await setup({ stall: 500 });
    await clog(client, connection);
    for (let i = 0; i < 20 && owner.events.length === 0; i++) {
      connection.write('x');
      await sleep(60);
    }
    expect(owner.events[0]).toBe('cut stall');
  });

  it('is forgotten when it goes', async () => {
    const { client, connection, owner, wheel } = await setup();
    await clog(client, connection);
    expect(wheel.armed).toBe(1);
    client.socket.resetAndDestroy();
    await vi.waitFor(() => expect(owner.events).toEqual(['gone']));
    expect(wheel.armed).toBe(0);
  });

  it('is not cut while it reads slowly', async () => {
    const { client, connection, owner } = await setup({ stall: 600 });
    await clog(client, connection);
    connection.write('x'.repeat(900_000));
    for (let i = 0; i < 8; i++) {
      client.socket.resume();
      await sleep(15);
      client.socket.pause();
      await sleep(235);
      if (connection.waiting === 0) break;
    }
    expect(owner.events).toEqual([]);
  });
});

describe('input', () => {
  it('comes to the owner, and so does its end', async () => {
    const { client, owner, connection } = await setup();
    client.send('hello');
    await vi.waitFor(() => expect(owner.input).toBe('hello'));
    client.socket.end('bye');
    await vi.waitFor(() => expect(owner.events).toEqual(['end']));
    expect(owner.input).toBe('hellobye');
    connection.write('still here');
    connection.end();
    await client.until(({ ended }) => ended);
    expect(client.received).toBe('still here');
    await vi.waitFor(() => expect(owner.events).toEqual(['end', 'gone']));
  });

  it('comes after our end, too', async () => {
    const { client, owner, connection } = await setup();
    connection.end();
    await client.until(({ ended }) => ended);
    client.send('late');
    await vi.waitFor(() => expect(owner.input).toBe('late'));
  });

  it('can be stopped, and is not read on meanwhile', async () => {
    const { client, owner, connection } = await setup();
    connection.pauseInput();
    client.send('x'.repeat(10_000_000));
    await sleep(50);
    expect(owner.input).toBe('');
    expect(client.socket.writableLength).toBeGreaterThan(1_000_000);
    connection.resumeInput();
    await vi.waitFor(() => expect(owner.input.length).toBe(10_000_000));
  });
});

it('tells its owner once when it is gone, and forgets its deadline', async () => {
  const { client, owner, connection, wheel } = await setup();
  connection.write('x');
  client.socket.resetAndDestroy();
  await vi.waitFor(() => expect(owner.events).toEqual(['gone']));
  connection.write('x');
  connection.end();
  connection.destroy();
  await sleep(20);
  expect(owner.events).toEqual(['gone']);
  expect(wheel.armed).toBe(0);
});
