/** slixmpp logs in, over TCP and over TLS, chats, pings the server, and leaves. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { needs } from '../support/needs.ts';
import { makeSelfSigned } from '../../src/net/tls/self-signed.ts';
import { DOMAIN, keepTranscript, startEncryptedServer, startInteropServer } from './interop-server.ts';

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

  // It knows no channel binding but tls-unique, which TLS 1.3 has not; then its other SCRAM mechanisms claim that the
  // server has none at all, which must fail (RFC 5802 §6), and it goes on to PLAIN.
  test.each([
    ['1.2', 'SCRAM-SHA-256-PLUS'],
    ['1.3', 'PLAIN'],
  ])('the same over STARTTLS with TLS %s, by %s', { timeout: PATIENCE + 10_000 }, async (version, mechanism) => {
    const folder = mkdtempSync(join(tmpdir(), 'couplet-interop-'));
    const { certificate, key } = await makeSelfSigned(DOMAIN, Date.now());
    writeFileSync(join(folder, 'server.crt'), certificate);
    writeFileSync(join(folder, 'server.key'), key);
    const server = await startEncryptedServer(folder);
    try {
      await server.addUser('alice', 'secret of alice');
      await server.addUser('bob', 'secret of bob');
      const lines = await run([String(server.port), DOMAIN, join(folder, 'server.crt'), version]);
      keepTranscript(
        `slixmpp-tls-${version}`,
        lines.filter((line) => /^(SEND|RECV): /.test(line)),
      );
      expect(lines.at(-1)).toBe('ok');
      const text = lines.join('\n');
      const success = text.indexOf('RECV: <success ');
      expect(text.slice(text.lastIndexOf('SEND: <auth', success), success)).toContain(`mechanism="${mechanism}"`);
    } finally {
      await server.stop();
      rmSync(folder, { recursive: true });
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
