import { expect, it } from 'vitest';
import { Backpressure, type ClusterBackend, type FrameKind, MAX_HEAD, type Reply } from '../backend.ts';
import { type StartCluster, withCluster } from './cluster-under-test.ts';

/** Kinds of the suite: their heads are a text and a number. */
const TEXT: FrameKind<string> = {
  id: 251,
  name: 'test/text',
  encode: (head) => head,
  decode: (text) => text,
};
const NUMBER: FrameKind<number> = {
  id: 252,
  name: 'test/number',
  encode: String,
  decode(text) {
    if (!/^\d{1,9}$/.test(text)) throw new SyntaxError('not a number');
    return Number(text);
  },
};
/** Same number on the wire as `NUMBER`, but heads that it cannot read. */
const BROKEN: FrameKind<string> = { ...TEXT, id: NUMBER.id };

const OK: Reply = { type: 'ok', body: '' };
const NEVER = new Promise<Reply>(() => {});

/** Frames between nodes. The harness reports errors of handlers to nobody. */
export function frameConformance(start: StartCluster): void {
  it('brings head and body unchanged and the answer back', () =>
    withCluster(start, ['a', 'b'], async (_, a, b) => {
      const bytes = Array.from({ length: 256 }, (_unused, i) => String.fromCharCode(i)).join('');
      b.handle(TEXT, (from, head, body) => ({ type: 'ok', body: `${from === a.self}|${head === 'ü😀"\n'}|${body}` }));
      expect(await a.call(b.self, TEXT, 'ü😀"\n', bytes)).toEqual({ type: 'ok', body: `true|true|${bytes}` });
      expect(await a.call(b.self, TEXT, '')).toEqual({ type: 'ok', body: 'false'.replace('false', 'true|false|') });
    }));

  it('returns every kind of answer as the handler gave it, at once or later', () =>
    withCluster(start, ['a', 'b'], async (_, a, b) => {
      const replies: Reply[] = [OK, { type: 'gone' }, { type: 'busy' }, { type: 'error', code: 'no-such-room' }];
      b.handle(NUMBER, (_from, i) => replies[i] ?? OK);
      b.handle(TEXT, async (_from, i) => replies[Number(i)] ?? OK);
      for (const [i, reply] of replies.entries()) {
        expect(await a.call(b.self, NUMBER, i)).toEqual(reply);
        expect(await a.call(b.self, TEXT, String(i))).toEqual(reply);
      }
    }));

  it('handles nothing before send and call have returned, not even one’s own', () =>
    withCluster(start, ['a', 'b'], async (_, a, b) => {
      let returned = false;
      const early: boolean[] = [];
      for (const node of [a, b]) {
        node.handle(NUMBER, () => {
          early.push(!returned);
          return OK;
        });
      }
      a.send(a.self, NUMBER, 1);
      a.send(b.self, NUMBER, 1);
      const answers = [a.call(a.self, NUMBER, 2), a.call(b.self, NUMBER, 2)];
      returned = true;
      expect(await Promise.all(answers)).toEqual([OK, OK]);
      expect(early).toEqual([false, false, false, false]);
    }));

  it('hands frames over in the order sent, each once, without waiting for slow handlers', () =>
    withCluster(start, ['a', 'b', 'c'], async (_, a, b, c) => {
      const got = new Map<string, number[]>([[a.self, []], [c.self, []]]); // prettier-ignore
      b.handle(NUMBER, (from, i) => {
        got.get(from)?.push(i);
        return i % 3 === 0 ? Promise.resolve(OK) : OK;
      });
      b.handle(TEXT, (from, i) => {
        got.get(from)?.push(Number(i));
        return OK;
      });
      const answers: Promise<Reply>[] = [];
      for (let i = 0; i < 300; i++) {
        for (const node of [a, c]) {
          if (i % 2 === 0) node.send(b.self, NUMBER, i);
          else answers.push(node.call(b.self, TEXT, String(i)));
        }
        if (i % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      expect(new Set((await Promise.all(answers)).map(({ type }) => type))).toEqual(new Set(['ok']));
      const all = Array.from({ length: 300 }, (_unused, i) => i);
      expect(got.get(a.self)).toEqual(all);
      expect(got.get(c.self)).toEqual(all);
    }));

  it('brings an answer after what its node sent before', () =>
    withCluster(start, ['a', 'b'], async (_, a, b) => {
      const got: number[] = [];
      a.handle(NUMBER, (_from, i) => {
        got.push(i);
        return OK;
      });
      b.handle(TEXT, (from) => {
        for (let i = 0; i < 10; i++) b.send(from, NUMBER, i);
        return OK;
      });
      await a.call(b.self, TEXT, 'go');
      expect(got).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }));

  it('lets two nodes that handle each other’s call ask back', () =>
    withCluster(start, ['a', 'b'], async (_, a, b) => {
      for (const [node, other] of [
        [a, b],
        [b, a],
      ] as const) {
        // prettier-ignore
        node.handle(NUMBER, (_from, depth) => (depth === 0 ? OK : node.call(other.self, NUMBER, depth - 1)));
      }
      const answers = [a.call(b.self, NUMBER, 5), b.call(a.self, NUMBER, 5)];
      expect(await Promise.all(answers)).toEqual([OK, OK]);
    }));

  it('answers for handlers that fail, are missing or cannot read the head, and goes on', () =>
    withCluster(start, ['a', 'b'], async (_, a, b) => {
      expect(await a.call(b.self, NUMBER, 1)).toEqual({ type: 'error', code: 'unsupported' });
      const stop = b.handle(NUMBER, (_from, i) => {
        if (i === 1) throw new Error('thrown by the test');
        return i === 2 ? Promise.reject(new Error('rejected by the test')) : OK;
      });
      expect(() => b.handle(NUMBER, () => OK)).toThrow(/handled already/);
      expect(await a.call(b.self, NUMBER, 1)).toEqual({ type: 'error', code: 'handler-failed' });
      expect(await a.call(b.self, NUMBER, 2)).toEqual({ type: 'error', code: 'handler-failed' });
      expect(await a.call(b.self, BROKEN, 'x')).toEqual({ type: 'error', code: 'malformed' });
      a.send(b.self, NUMBER, 1);
      a.send(b.self, NUMBER, 2);
      a.send(b.self, BROKEN, 'x');
      expect(await a.call(b.self, NUMBER, 3)).toEqual(OK);
      await a.ready(b.self);
      stop();
      expect(await a.call(b.self, NUMBER, 3)).toEqual({ type: 'error', code: 'unsupported' });
    }));

  it('waits for an answer only so long, and ignores it when it comes late', () =>
    withCluster(start, ['a', 'b'], async (cluster, a, b) => {
      let finish: (reply: Reply) => void = () => {};
      b.handle(NUMBER, () => new Promise((resolve) => (finish = resolve)));
      b.handle(TEXT, () => OK);
      const slow = a.call(b.self, NUMBER, 1, '', 500);
      await a.call(b.self, TEXT, ''); // the slow one has arrived
      await cluster.elapse(600);
      expect(await slow).toEqual({ type: 'timeout' });
      expect(a.window(b.self).frames).toBe(1); // still in work there
      finish(OK);
      await a.call(b.self, TEXT, '');
      expect(a.window(b.self)).toEqual({ frames: 0, bytes: 0 });
    }));

  it('answers gone for a node that is not there, and lets frames to it vanish', () =>
    withCluster(start, ['a', 'b'], async (cluster, a, b) => {
      await cluster.crash(b);
      for (const nobody of [b.self, 'x#1', '']) {
        expect(await a.call(nobody, NUMBER, 1)).toEqual({ type: 'gone' });
        a.send(nobody, NUMBER, 1);
        await a.ready(nobody);
        expect(a.window(nobody)).toEqual({ frames: 0, bytes: 0 });
      }
    }));

  it('handles nothing of a node once it told that it is dead, and nothing on a dead node', () =>
    withCluster(start, ['a', 'b'], async (cluster, a, b) => {
      let late = 0;
      let dead = false;
      for (const node of [a, b]) {
        node.handle(NUMBER, () => {
          if (dead) late++;
          return OK;
        });
      }
      a.on('leave', () => (dead = true));
      for (let i = 0; i < 50; i++) {
        a.send(b.self, NUMBER, i);
        b.send(a.self, NUMBER, i);
      }
      await cluster.crash(b);
      await cluster.elapse(0);
      expect(late).toBe(0);
    }));

  it('tells who waits for room that the node is dead', () =>
    withCluster(start, ['a', 'b'], async (cluster, a, b) => {
      b.handle(NUMBER, () => NEVER);
      sendUntilFull(a, b.self, '');
      const waiting = a.ready(b.self);
      await cluster.crash(b);
      await waiting;
      expect(a.window(b.self).frames).toBe(0);
    }));

  it('answers gone for what is open when a node dies, and for what a dead node asks', () =>
    withCluster(start, ['a', 'b'], async (cluster, a, b) => {
      b.handle(NUMBER, () => NEVER);
      b.handle(TEXT, () => OK);
      const open = [a.call(b.self, NUMBER, 1), a.call(b.self, NUMBER, 2)];
      await a.call(b.self, TEXT, '');
      const own = b.call(a.self, TEXT, '');
      await cluster.crash(b);
      expect(await Promise.all(open)).toEqual([{ type: 'gone' }, { type: 'gone' }]);
      expect((await own).type).toMatch(/^(gone|error)$/); // `unsupported`, had it been quick
      expect(await b.call(a.self, TEXT, '')).toEqual({ type: 'gone' });
    }));

  it('bounds what is on its way, says when there is room again, and answers calls busy meanwhile', () =>
    withCluster(start, ['a', 'b', 'c'], async (_, a, b, c) => {
      const held: ((reply: Reply) => void)[] = [];
      b.handle(NUMBER, () => new Promise((resolve) => held.push(resolve)));
      b.handle(TEXT, () => OK);
      c.handle(TEXT, () => OK);
      const body = 'x'.repeat(100);
      const sent = sendUntilFull(a, b.self, body);
      expect(sent).toBeGreaterThan(0);
      expect(a.window(b.self)).toMatchObject({ frames: sent, bytes: sent * 101 });
      expect(await a.call(b.self, NUMBER, 1, body)).toEqual({ type: 'busy' });
      expect(await a.call(c.self, TEXT, '')).toEqual(OK); // another node's window
      let room = false;
      const waiting = a.ready(b.self).then(() => (room = true));
      while (held.length < sent) await new Promise((resolve) => setImmediate(resolve));
      expect(room).toBe(false);
      for (const finish of held.splice(0)) finish(OK);
      await waiting;
      expect(a.window(b.self).frames).toBeLessThanOrEqual(sent / 2);
      expect(await a.call(b.self, TEXT, '')).toEqual(OK);
    }));

  it('lets a frame larger than the window go alone', () =>
    withCluster(start, ['a', 'b'], async (_, a, b) => {
      b.handle(NUMBER, () => NEVER);
      a.send(b.self, NUMBER, 1, 'x'.repeat(5 * 1024 * 1024));
      expect(() => a.send(b.self, NUMBER, 2)).toThrow(Backpressure);
    }));

  it('refuses a head that is too long', () =>
    withCluster(start, ['a', 'b'], async (_, a, b) => {
      b.handle(TEXT, () => OK);
      expect(await a.call(b.self, TEXT, 'x'.repeat(MAX_HEAD))).toEqual(OK);
      expect(() => a.send(b.self, TEXT, 'x'.repeat(MAX_HEAD + 1))).toThrow(RangeError);
      await expect(a.call(b.self, TEXT, 'x'.repeat(MAX_HEAD + 1))).rejects.toThrow(RangeError);
      expect(a.window(b.self).frames).toBe(0);
    }));

  it('leaves only when what is on its way is handled, in both directions', () =>
    withCluster(start, ['a', 'b'], async (_, a, b) => {
      let handled = 0;
      const slow = async (): Promise<Reply> => {
        for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
        handled++;
        return OK;
      };
      a.handle(NUMBER, slow);
      b.handle(NUMBER, slow);
      b.handle(TEXT, () => OK);
      for (let i = 0; i < 20; i++) {
        a.send(b.self, NUMBER, i);
        b.send(a.self, NUMBER, i);
      }
      await a.call(b.self, TEXT, '');
      await b.drain();
      expect(handled).toBe(40);
    }));

  it('leaves only when its own handlers are done, however often it is asked', () =>
    withCluster(start, ['a', 'b'], async (_, a, b) => {
      let finish: (reply: Reply) => void = () => {};
      b.handle(NUMBER, () => new Promise((resolve) => (finish = resolve)));
      b.handle(TEXT, () => OK);
      const open = a.call(b.self, NUMBER, 1);
      await a.call(b.self, TEXT, '');
      let left = false;
      const leaving = Promise.all([b.drain(), b.drain()]).then(() => (left = true));
      await a.call(b.self, TEXT, '');
      expect(left).toBe(false);
      finish(OK);
      await leaving;
      expect((await open).type).toMatch(/^(ok|gone)$/);
    }));

  it('ends leaving when it dies meanwhile', () =>
    withCluster(start, ['a', 'b'], async (cluster, a, b) => {
      b.handle(NUMBER, () => NEVER);
      b.handle(TEXT, () => OK);
      a.send(b.self, NUMBER, 1);
      await a.call(b.self, TEXT, '');
      const leaving = b.drain();
      await cluster.crash(b);
      await leaving;
    }));

  it('leaves after a few seconds although something hangs', () =>
    withCluster(start, ['a', 'b'], async (cluster, a, b) => {
      b.handle(NUMBER, () => NEVER);
      b.handle(TEXT, () => OK);
      const open = a.call(b.self, NUMBER, 1);
      await a.call(b.self, TEXT, '');
      const left = b.drain();
      await cluster.elapse(6_000);
      await left;
      expect(await open).toEqual({ type: 'gone' });
    }));

  it('starts afresh between incarnations: nothing of the old one counts', () =>
    withCluster(start, ['a', 'b'], async (cluster, a, b) => {
      let finish: (reply: Reply) => void = () => {};
      b.handle(NUMBER, () => new Promise((resolve) => (finish = resolve)));
      b.handle(TEXT, () => OK);
      const open = a.call(b.self, NUMBER, 1);
      await a.call(b.self, TEXT, '');
      const old = b.self;
      await cluster.fence(b);
      expect(await open).toEqual({ type: 'gone' });
      await cluster.rejoin(b);
      const again = a.call(b.self, NUMBER, 1, '', 500);
      const stale = finish;
      await a.call(b.self, TEXT, '');
      stale(OK); // the handler of the old incarnation: its answer must not pass for that of the new one
      await a.call(b.self, TEXT, '');
      expect(a.window(b.self).frames).toBe(1);
      finish({ type: 'busy' });
      expect(await again).toEqual({ type: 'busy' });
      expect(await a.call(old, TEXT, '')).toEqual({ type: 'gone' });
    }));
}

/** @returns how many frames fitted */
function sendUntilFull(from: ClusterBackend, to: string, body: string): number {
  for (let sent = 0; ; sent++) {
    try {
      from.send(to, NUMBER, 1, body);
    } catch (error) {
      expect(error).toBeInstanceOf(Backpressure);
      return sent;
    }
  }
}
