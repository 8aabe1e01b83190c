import { describe, expect, it } from 'vitest';
import type { Reply } from '../backend.ts';
import { Link } from './link.ts';

const OK: Reply = { type: 'ok', body: '' };

describe('Link', () => {
  it('settles a frame at most once, whatever comes first', () => {
    const settled: string[] = [];
    const link = new Link({ frames: 10, bytes: 100 });
    const seqs = ['late', 'expired twice', 'prompt', 'open'].map((name) =>
      link.sent(1, (reply) => settled.push(`${name}: ${reply.type}`)),
    );
    const [late = 0, twice = 0, prompt = 0] = seqs;
    link.expire(late);
    link.finished(late, OK);
    link.expire(twice);
    link.expire(twice);
    link.finished(prompt, OK);
    link.finished(prompt, OK);
    link.expire(prompt);
    link.close();
    link.close();
    expect(settled).toEqual(['late: timeout', 'expired twice: timeout', 'prompt: ok', 'open: gone']);
    expect(link.window).toEqual({ frames: 0, bytes: 0 });
  });

  it('takes each number once', () => {
    const link = new Link({ frames: 10, bytes: 100 });
    expect([1, 2, 1, 2, 3, 3].map((seq) => link.isNew(seq))).toEqual([true, true, false, false, true, false]);
  });

  it('wakes who waits at half a window, by frames and by bytes', async () => {
    const link = new Link({ frames: 4, bytes: 100 });
    const seqs = [10, 10, 70].map((size) => link.sent(size, undefined));
    let woken = false;
    const waiting = link.ready().then(() => (woken = true));
    const finish = async (index: number): Promise<boolean> => {
      link.finished(seqs[index] ?? 0, OK);
      await Promise.resolve();
      return woken;
    };
    expect(await finish(0)).toBe(false); // two frames left, but 80 bytes
    expect(await finish(2)).toBe(true);
    await waiting;
    await link.ready();
  });
});
