import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TimingWheel, type Expirable } from './timing-wheel.ts';

const TICK = 250;

/** A wheel on a clock that the test moves; `fired` has the time of every expiry by name. */
function setup() {
  let time = 1000;
  const fired: string[] = [];
  const wheel = new TimingWheel(() => time);
  const owner = (name: string, then?: () => void): Expirable => ({
    expired: () => {
      fired.push(`${name}@${time - 1000}`);
      then?.();
    },
  });
  const pass = (ms: number): void => {
    for (const end = time + ms; time < end;) {
      time = Math.min(end, time + TICK);
      wheel.advance();
    }
  };
  const jump = (ms: number): void => {
    time += ms;
  };
  return { wheel, fired, owner, pass, jump };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('TimingWheel', () => {
  it('calls the owner once, not early and at most a tick late', () => {
    const { wheel, fired, owner, pass } = setup();
    wheel.arm(wheel.add(owner('a')), 1000);
    pass(750);
    expect(fired).toEqual([]);
    pass(500);
    expect(fired).toEqual(['a@1000']);
    pass(600_000);
    expect(fired).toHaveLength(1);
  });

  it('counts from the time of the call, not from the last tick', () => {
    const { wheel, fired, owner, pass, jump } = setup();
    wheel.arm(wheel.add(owner('keeps it running')), 60_000);
    jump(240);
    wheel.arm(wheel.add(owner('a')), 250);
    jump(10);
    pass(0);
    wheel.advance();
    expect(fired).toEqual([]);
    pass(250);
    expect(fired).toEqual(['a@500']);
  });

  it('moves a deadline both ways', () => {
    const { wheel, fired, owner, pass } = setup();
    const later = wheel.add(owner('later'));
    const sooner = wheel.add(owner('sooner'));
    wheel.arm(later, 1000);
    wheel.arm(sooner, 60_000);
    pass(500);
    wheel.arm(later, 60_000);
    wheel.arm(sooner, 500);
    pass(59_500);
    expect(fired).toEqual(['sooner@1000']);
    pass(1000);
    expect(fired).toEqual(['sooner@1000', 'later@60500']);
  });

  it('takes a deadline away', () => {
    const { wheel, fired, owner, pass } = setup();
    const entry = wheel.add(owner('a'));
    wheel.arm(entry, 1000);
    wheel.disarm(entry);
    wheel.disarm(entry);
    expect(wheel.armed).toBe(0);
    pass(5000);
    expect(fired).toEqual([]);
  });

  it('keeps deadlines beyond one revolution', () => {
    const { wheel, fired, owner, pass } = setup();
    const revolution = 512 * TICK;
    wheel.arm(wheel.add(owner('third')), 3 * revolution);
    wheel.arm(wheel.add(owner('first')), revolution);
    pass(revolution);
    expect(fired).toEqual([`first@${revolution}`]);
    pass(2 * revolution);
    expect(fired).toEqual([`first@${revolution}`, `third@${3 * revolution}`]);
  });

  it('lets owners change their own and others’ deadlines while they are told', () => {
    const { wheel, fired, owner, pass } = setup();
    const victim = wheel.add(owner('victim'));
    const again: number = wheel.add(owner('again', () => fired.length < 4 && wheel.arm(again, 0)));
    const moved = wheel.add(owner('moved'));
    const mover = wheel.add(owner('mover', () => wheel.arm(moved, 1000)));
    const killer = wheel.add(owner('killer', () => wheel.remove(victim)));
    for (const entry of [victim, moved, again, mover, killer]) wheel.arm(entry, 1000);
    pass(3000);
    expect(fired).toEqual(['killer@1000', 'mover@1000', 'again@1000', 'again@1250', 'moved@2000']);
  });

  it('reuses entries without mixing up owners', () => {
    const { wheel, fired, owner, pass } = setup();
    const first = wheel.add(owner('first'));
    wheel.arm(first, 1000);
    wheel.remove(first);
    const second = wheel.add(owner('second'));
    expect(second).toBe(first);
    pass(2000);
    expect(fired).toEqual([]);
    wheel.arm(second, 1000);
    pass(2000);
    expect(fired).toEqual(['second@3000']);
  });

  it('keeps deadlines when it needs more room', () => {
    const { wheel, fired, owner, pass } = setup();
    const entries = Array.from({ length: 1000 }, (_, i) => {
      const entry = wheel.add(owner(String(i)));
      wheel.arm(entry, 1000);
      return entry;
    });
    for (const entry of entries) if (entry % 3 === 0) wheel.arm(entry, 2000);
    pass(1500);
    expect(fired.length).toBe(666);
    pass(1000);
    expect(fired.length).toBe(1000);
    expect(wheel.armed).toBe(0);
  });

  it('does not count a freeze of the process (R4)', () => {
    const { wheel, fired, owner, pass, jump } = setup();
    wheel.arm(wheel.add(owner('a')), 10_000);
    pass(5000);
    jump(30_000);
    wheel.advance();
    expect(fired).toEqual([]);
    pass(2500);
    expect(fired).toEqual([]);
    pass(2500);
    expect(fired).toHaveLength(1);
  });

  it('sets no deadline far away when set right after a freeze', () => {
    const { wheel, fired, owner, pass, jump } = setup();
    wheel.arm(wheel.add(owner('keeps it running')), 600_000);
    jump(30_000);
    wheel.arm(wheel.add(owner('a')), 1000);
    pass(4000);
    expect(fired).toHaveLength(1);
  });

  it('runs a timer only while there are deadlines', () => {
    const wheel = new TimingWheel();
    expect(vi.getTimerCount()).toBe(0);
    let told = 0;
    const entry = wheel.add({ expired: () => told++ });
    wheel.arm(entry, 1000);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(1500);
    expect(told).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
    wheel.arm(entry, 1000);
    vi.advanceTimersByTime(1500);
    expect(told).toBe(2);
  });

  it('agrees with a plain list of deadlines', () => {
    // Few slots, so that many share one; some a revolution or two away.
    const ms = fc.constantFrom(0, 1000, 2000, 3000, 129_000, 130_000, 257_000);
    const step = fc.oneof(
      { weight: 8, arbitrary: fc.record({ do: fc.constant('arm' as const), who: fc.nat(99), ms }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('disarm' as const), who: fc.nat(99) }) },
      {
        weight: 1,
        arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(250, 1000, 128_000) }),
      },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
        let time = 0;
        let late: string | undefined;
        const due = new Map<number, number>();
        const wheel = new TimingWheel(() => time);
        const entries = Array.from({ length: 100 }, (_, who) =>
          wheel.add({
            expired: () => {
              const wanted = due.get(who);
              if (wanted === undefined || time < wanted || time > wanted + 2 * TICK)
                late = `${who} at ${time}: ${wanted}`;
              due.delete(who);
            },
          }),
        );
        for (const s of steps) {
          if (s.do === 'pass') for (const end = time + s.ms; time < end; wheel.advance()) time += TICK;
          else if (s.do === 'arm') {
            wheel.arm(entries[s.who] ?? 0, s.ms);
            due.set(s.who, time + s.ms);
          } else {
            wheel.disarm(entries[s.who] ?? 0);
            due.delete(s.who);
          }
          for (const wanted of due.values()) expect(wanted).toBeGreaterThan(time - 2 * TICK);
          expect(late).toBeUndefined();
          expect(wheel.armed).toBe(due.size);
        }
      }),
      { numRuns: 60 },
    );
  });
});
