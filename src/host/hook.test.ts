import { describe, expect, test } from 'vitest';
import { Hook } from './hook.ts';

interface Event {
  readonly trace: string[];
  stopped: boolean;
}

const event = (): Event => ({ trace: [], stopped: false });
const hook = (report = (_error: unknown, _module: string): void => undefined): Hook<Event> =>
  new Hook<Event>(report, (ev) => ev.stopped);
const mark = (name: string) => (ev: Event) => void ev.trace.push(name);

describe('order', () => {
  test('phases run in their order, inside a phase the order of loading holds', () => {
    const events = hook();
    events.add('m1', 'observe', mark('observe'));
    events.add('m1', 'store', mark('store'));
    events.add('m2', 'access', mark('access 2'));
    events.add('m1', 'copy', mark('copy'));
    events.add('m1', 'access', mark('access 1'));
    events.add('m1', 'transform', mark('transform'));
    const ev = event();
    expect(events.emit(ev)).toBeUndefined();
    expect(ev.trace).toEqual(['access 2', 'access 1', 'transform', 'store', 'copy', 'observe']);
  });

  test('after and before move a handler only as far as they ask', () => {
    const events = hook();
    events.add('late', 'access', mark('late'), { after: ['early'] });
    events.add('middle', 'access', mark('middle'));
    events.add('early', 'access', mark('early'));
    events.add('first', 'access', mark('first'), { before: ['middle', 'late'] });
    const ev = event();
    void events.emit(ev);
    expect(ev.trace).toEqual(['early', 'first', 'late', 'middle']);
  });

  test('a circle of wishes falls back to the order of loading', () => {
    const events = hook();
    events.add('a', 'access', mark('a'), { after: ['b'] });
    events.add('b', 'access', mark('b'), { after: ['a'] });
    const ev = event();
    void events.emit(ev);
    expect(ev.trace).toEqual(['a', 'b']);
  });

  test('a handler that waits holds those behind it', async () => {
    const events = hook();
    events.add('a', 'access', async (ev) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      ev.trace.push('slow');
    });
    events.add('b', 'access', mark('next'));
    const ev = event();
    await events.emit(ev);
    expect(ev.trace).toEqual(['slow', 'next']);
  });
});

describe('stopping and failing', () => {
  test('after a stop nothing more is called', () => {
    const events = hook();
    events.add('a', 'access', (ev) => void (ev.stopped = true));
    events.add('b', 'observe', mark('too late'));
    const ev = event();
    void events.emit(ev);
    expect(ev.trace).toEqual([]);
  });

  test.each(['access', 'transform', 'store'] as const)(
    'what %s throws reaches the caller, at once or later',
    async (phase) => {
      for (const late of [false, true]) {
        const events = hook();
        events.add('a', phase, () => {
          if (late) return Promise.reject(new Error('no'));
          throw new Error('no');
        });
        events.add('b', 'observe', mark('too late'));
        const ev = event();
        await expect(async () => events.emit(ev)).rejects.toThrow('no');
        expect(ev.trace).toEqual([]);
      }
    },
  );

  test.each(['copy', 'observe'] as const)('what %s throws is reported and stops nothing', async (phase) => {
    for (const late of [false, true]) {
      const reports: string[] = [];
      const events = hook((error, module) => reports.push(`${module}: ${String(error)}`));
      events.add('a', phase, () => {
        if (late) return Promise.reject(new Error('oops'));
        throw new Error('oops');
      });
      events.add('b', 'observe', mark('goes on'));
      const ev = event();
      await events.emit(ev);
      expect(ev.trace).toEqual(['goes on']);
      expect(reports).toEqual(['a: Error: oops']);
    }
  });

  test('a handler removed during an event does not change that event', () => {
    const events = hook();
    const undo: (() => void)[] = [];
    events.add('a', 'access', () => undo.forEach((step) => step()));
    undo.push(events.add('b', 'access', mark('b')));
    const first = event();
    void events.emit(first);
    expect(first.trace).toEqual(['b']);
    const second = event();
    void events.emit(second);
    expect(second.trace).toEqual([]);
    expect(events.size).toBe(1);
  });
});
