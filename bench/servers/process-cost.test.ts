import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { CpuClock, memoryOf } from './process-cost.ts';

describe.skipIf(process.platform !== 'linux')('what processes cost', () => {
  test('CPU time of a process and of its children', async () => {
    const busy = 'const end = Date.now() + 150; while (Date.now() < end); console.log(1); setInterval(() => 0, 1000)';
    const code = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(busy)}], {stdio: 'inherit'})`;
    const parent = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'ignore'], detached: true });
    try {
      await once(parent.stdout, 'data');
      const spent = new CpuClock([parent.pid ?? 0]).read();
      expect(spent).toBeGreaterThan(50);
      expect(spent).toBeLessThan(2000);
      const { proportional, resident } = memoryOf([parent.pid ?? 0]);
      expect(proportional).toBeGreaterThan(8_000);
      expect(resident).toBeGreaterThan(proportional);
    } finally {
      process.kill(-(parent.pid ?? 0), 'SIGKILL');
    }
  });

  test('nothing of a process that is gone', () => {
    expect(new CpuClock([2 ** 30]).read()).toBe(0);
    expect(memoryOf([2 ** 30])).toEqual({ proportional: 0, resident: 0 });
  });
});
