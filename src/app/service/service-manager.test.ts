import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { MemoryLog } from '../../../test/support/world.ts';
import { ServiceManager } from './service-manager.ts';

afterEach(() => {
  vi.useRealTimers();
});

function recorded(environment: NodeJS.ProcessEnv) {
  const sent = new Array<readonly string[]>();
  const manager = new ServiceManager(new MemoryLog(), environment, async (variables) => {
    if (variables.includes('READY=1') && sent.length === 0) await wait(10); // others must not overtake it
    sent.push(variables);
  });
  return { manager, sent };
}

test('ready, reload and stop are told in order', async () => {
  const { manager, sent } = recorded({ NOTIFY_SOCKET: '/x' });
  const before = process.hrtime.bigint() / 1000n;
  await Promise.all([manager.ready(), manager.reloading(), manager.ready(), manager.stopping()]);
  expect(sent.map(([first]) => first)).toEqual(['READY=1', 'RELOADING=1', 'READY=1', 'STOPPING=1']);
  expect(sent[0]).toContain(`MAINPID=${process.pid}`);
  const monotonic = sent[1]?.[1] ?? '';
  expect(monotonic).toMatch(/^MONOTONIC_USEC=\d+$/);
  expect(BigInt(monotonic.slice('MONOTONIC_USEC='.length))).toBeGreaterThanOrEqual(before);
});

test('without a service manager nothing is told', async () => {
  const { manager, sent } = recorded({ WATCHDOG_USEC: '1000' });
  await manager.ready();
  await manager.stopping();
  expect(sent).toEqual([]);
});

test('what cannot be told is in the log, and the server goes on', async () => {
  vi.stubEnv('PATH', '/nonexistent');
  const log = new MemoryLog();
  await new ServiceManager(log, { NOTIFY_SOCKET: '/x' }).ready();
  vi.unstubAllEnvs();
  expect(log.lines).toMatchObject([{ level: 'warn', message: 'the service manager cannot be told' }]);
});

test('the watchdog hears of the server twice in its time, until it stops', async () => {
  vi.useFakeTimers();
  const { manager, sent } = recorded({
    NOTIFY_SOCKET: '/x',
    WATCHDOG_USEC: '10000000',
    WATCHDOG_PID: `${process.pid}`,
  });
  await vi.advanceTimersByTimeAsync(20_000);
  expect(sent).toEqual([['WATCHDOG=1'], ['WATCHDOG=1'], ['WATCHDOG=1'], ['WATCHDOG=1']]);
  await manager.stopping();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(sent).toHaveLength(5);
  const foreign = recorded({ NOTIFY_SOCKET: '/x', WATCHDOG_USEC: '10000000', WATCHDOG_PID: '1' });
  await vi.advanceTimersByTimeAsync(20_000);
  expect(foreign.sent).toEqual([]);
});
