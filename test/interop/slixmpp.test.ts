/** slixmpp logs in over TCP with SCRAM, chats, pings the server, and leaves. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { needs } from '../support/needs.ts';
import { DOMAIN, keepTranscript, startInteropServer } from './interop-server.ts';

const SCRIPT = fileURLToPath(new URL('slixmpp-chat.py', import.meta.url));
/** Milliseconds the script may take. */
const PATIENCE = 45_000;

describe.skipIf(!needs('slixmpp'))('slixmpp', () => {
  test('login, messages both ways, ping, logout', { timeout: PATIENCE + 10_000 }, async () => {
    const server = await startInteropServer();
    try {
      await server.addUser('alice', 'secret of alice');
      await server.addUser('bob', 'secret of bob');
      const lines = await run([String(server.port), DOMAIN]);
      keepTranscript(
        'slixmpp',
        lines.filter((line) => /^(SEND|RECV): /.test(line)),
      );
      expect(lines.at(-1)).toBe('ok');
      expect(lines.join('\n')).toMatch(/SEND: <auth[^>]* mechanism="SCRAM-SHA-(1|256)"/);
    } finally {
      await server.stop();
    }
  });
});

/** The lines that the script prints. */
async function run(args: readonly string[]): Promise<string[]> {
  const done = promisify(execFile)('/usr/bin/python3', [SCRIPT, ...args], { timeout: PATIENCE });
  const stdout = await done.then(
    (output) => output.stdout,
    (error: unknown) => {
      if (error instanceof Error && 'stdout' in error && typeof error.stdout === 'string') return error.stdout;
      throw error;
    },
  );
  return stdout.trimEnd().split('\n');
}
