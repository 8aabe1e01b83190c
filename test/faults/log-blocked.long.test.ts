/** R11: nobody reads the log for five seconds, and the disk of its file is full. Needs root, for a small file system. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { bind, plainAuth } from '../support/stream/login.ts';
import { header } from '../support/stream/recorder.ts';
import { RawClient } from '../support/stream/tcp.ts';

const FLOOD = new URL('./log-flood.ts', import.meta.url).pathname;

/** Milliseconds for which lines are logged that nobody takes. */
const BLOCKED = 5000;

/** Milliseconds that an answer may take on a machine that does other things too. */
const ANSWER = 1500;

test.skipIf(process.platform !== 'linux' || process.getuid?.() !== 0)(
  'R11: a log that is not read and a full disk hold up nobody; what was dropped is counted and told',
  { timeout: 60_000 },
  async (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'couplet-log-'));
    const small = join(folder, 'small');
    mkdirSync(small);
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', small]).status !== 0) context.skip();
    const [file, out, filler] = [join(small, 'couplet.log'), join(folder, 'out.log'), join(small, 'filler')];
    writeFileSync(filler, Buffer.alloc(3 * 1024 * 1024));
    const command = `"$0" "$1" "$2" ${BLOCKED} | (sleep ${BLOCKED / 1000}; cat > "$3")`;
    const child = spawn('sh', ['-c', command, process.execPath, FLOOD, file, out], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    try {
      let said = '';
      child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
      const closed = once(child, 'close');
      while (!said.includes('\n')) await once(child.stderr, 'data');
      const client = await RawClient.connect(/listening on (\S+)/.exec(said)?.[1] ?? '');
      await client.ask(header('localhost'), '</stream:features>');
      await client.ask(plainAuth('alice', 'a'), '<success ');
      await client.ask(header('localhost'), '</stream:features>');
      await client.ask(bind('r'), '</iq>');
      const begin = performance.now();
      let slowest = 0;
      let pings = 0;
      while (performance.now() - begin < BLOCKED) {
        const sent = performance.now();
        await client.ask(`<iq type='get' id='p${++pings}'><ping xmlns='urn:xmpp:ping'/></iq>`, `id='p${pings}'`);
        slowest = Math.max(slowest, performance.now() - sent);
        await sleep(50);
      }
      rmSync(filler);
      client.socket.destroy();
      await closed;
      expect(slowest).toBeLessThan(ANSWER);
      expect(pings).toBeGreaterThan(20);
      const end: unknown = JSON.parse(said.trimEnd().split('\n').at(-1) ?? '');
      const told = [out, file].map((path) =>
        [...readFileSync(path, 'utf8').matchAll(/(\d+) lines dropped/g)].reduce(
          (sum, [, lines]) => sum + Number(lines),
          0,
        ),
      );
      expect(Math.min(...told)).toBeGreaterThan(1000);
      expect(end).toMatchObject({ counted: [0, ...told] });
    } finally {
      if (child.exitCode === null) child.kill();
      spawnSync('umount', ['-l', small]);
      rmSync(folder, { recursive: true });
    }
  },
);
