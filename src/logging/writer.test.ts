import { expect, test, vi } from 'vitest';
import { Writer, type Channel } from './writer.ts';

/** A place that takes something only when it is told to. */
class Place implements Channel {
  text = '';
  opened = 1;
  closed = false;
  readonly #asked: { chunk: Buffer; done: PromiseWithResolvers<number> }[] = [];

  write(chunk: Buffer): Promise<number> {
    const done = Promise.withResolvers<number>();
    this.#asked.push({ chunk, done });
    return done.promise;
  }

  /** Take that many bytes, or all, of what is asked for once it is asked for. */
  async take(bytes?: number): Promise<void> {
    const { chunk, done } = await this.#next();
    const taken = chunk.subarray(0, bytes ?? chunk.length);
    this.text += taken.toString();
    done.resolve(taken.length);
    await Promise.resolve();
  }

  async refuse(code: string): Promise<void> {
    const { done } = await this.#next();
    done.reject(Object.assign(new Error(code), { code }));
  }

  writeNow(text: string): void {
    this.text += text;
  }

  reopen(): Promise<void> {
    this.opened++;
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }

  #next() {
    return vi.waitFor(() => {
      const next = this.#asked.shift();
      if (next === undefined) throw new Error('nothing is asked for');
      return next;
    });
  }
}

function writerTo(place: Place) {
  const failures: unknown[] = [];
  const lost = (lines: number): string => `${lines} lines dropped\n`;
  return { failures, writer: new Writer(place, { lost, failed: (error) => failures.push(error) }) };
}

const settled = (place: Place, text: string) => vi.waitFor(() => expect(place.text).toBe(text));

test('lines are written in order, however little is taken at once', async () => {
  const place = new Place();
  const { writer } = writerTo(place);
  writer.write('one\n');
  writer.write('two\n');
  await place.take(2);
  await place.take();
  writer.write('three\n');
  await place.take();
  await place.take();
  await settled(place, 'one\ntwo\nthree\n');
});

test('R11: a place that takes nothing makes nobody wait; what does not fit is counted and told in its place', async () => {
  const place = new Place();
  const { writer } = writerTo(place);
  const line = `${'x'.repeat(1023)}\n`;
  let told = 0;
  writer.onDrop = () => told++;
  for (let i = 0; i < 3000; i++) writer.write(line);
  const kept = 1 + 1024; // what is being written, and a mebibyte that waits
  expect([writer.dropped, told]).toEqual([3000 - kept, 3000 - kept]);
  await place.take();
  await place.take();
  writer.write('after\n');
  await place.take();
  await settled(place, `${line.repeat(kept)}${3000 - kept} lines dropped\nafter\n`);
});

test('a full place and a broken one are tried again, nothing is lost, and a failure is told once', async () => {
  const place = new Place();
  const { writer, failures } = writerTo(place);
  writer.write('one\n');
  await place.refuse('EAGAIN');
  expect(failures).toEqual([]);
  await place.refuse('ENOSPC');
  writer.write('two\n');
  await vi.waitFor(() => expect(failures).toHaveLength(1));
  await vi.waitFor(() => place.refuse('ENOSPC'), { timeout: 5000 });
  await vi.waitFor(() => place.take(), { timeout: 5000 });
  await place.take();
  await settled(place, 'one\ntwo\n');
  expect(failures).toHaveLength(1);
});

test('at the end what waits is written at once, but not what is with the system already', async () => {
  const place = new Place();
  const { writer } = writerTo(place);
  writer.write('hanging\n');
  writer.write('waiting\n');
  writer.writeNow();
  expect(place.text).toBe('waiting\n');
});

test('closing writes what waits; a place that hangs keeps nobody', async () => {
  const place = new Place();
  const { writer } = writerTo(place);
  writer.write('one\n');
  const closed = writer.close();
  await place.take();
  await closed;
  expect([place.text, place.closed]).toEqual(['one\n', true]);
  const stuck = new Place();
  const other = writerTo(stuck).writer;
  other.write('hangs\n');
  await other.close();
  expect([stuck.text, stuck.closed]).toEqual(['', true]);
});

test('a place is opened again between two writes', async () => {
  const place = new Place();
  const { writer } = writerTo(place);
  writer.write('one\n');
  const reopened = writer.reopen();
  expect(place.opened).toBe(1);
  await place.take();
  await reopened;
  expect(place.opened).toBe(2);
  await writer.reopen();
  expect(place.opened).toBe(3);
});
