/** slixmpp logs in, over TCP and over TLS, chats, and uses everything that an account has. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { needs } from '../support/needs.ts';
import { DOMAIN, keepTranscript, startEncryptedServer, startInteropServer } from './interop-server.ts';

const CHAT = fileURLToPath(new URL('slixmpp-chat.py', import.meta.url));
const TOUR = fileURLToPath(new URL('slixmpp-tour.py', import.meta.url));
/** Milliseconds the script may take. */
const PATIENCE = 45_000;

describe.skipIf(!needs('slixmpp'))('slixmpp', () => {
  test('login, messages both ways, ping, logout', { timeout: PATIENCE + 10_000 }, async () => {
    const server = await startInteropServer();
    try {
      await server.addUser('alice', 'secret of alice');
      await server.addUser('bob', 'secret of bob');
      const lines = await run(CHAT, [String(server.port), DOMAIN]);
      keep('slixmpp', lines);
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
    const { server, certificate, stop } = await startEncryptedServer();
    try {
      await server.addUser('alice', 'secret of alice');
      await server.addUser('bob', 'secret of bob');
      const lines = await run(CHAT, [String(server.port), DOMAIN, certificate, version]);
      keep(`slixmpp-tls-${version}`, lines);
      expect(lines.at(-1)).toBe('ok');
      const text = lines.join('\n');
      const success = text.indexOf('RECV: <success ');
      expect(text.slice(text.lastIndexOf('SEND: <auth', success), success)).toContain(`mechanism="${mechanism}"`);
    } finally {
      await stop();
    }
  });

  test('everything an account has, over TLS', { timeout: PATIENCE + 10_000 }, async () => {
    const { server, certificate, stop } = await startEncryptedServer({ allow_registration: true });
    try {
      await server.addUser('alice', 'secret of alice');
      await server.addUser('bob', 'secret of bob');
      const lines = await run(TOUR, [String(server.port), DOMAIN, certificate]);
      keep('slixmpp-tour', lines);
      expect(lines.at(-1)).toBe('ok');
      expect(lines.join('\n')).toMatch(/SEND: <auth[^>]* mechanism="SCRAM-SHA-256-PLUS"/);
    } finally {
      await stop();
    }
  });
});

function keep(name: string, lines: readonly string[]): void {
  keepTranscript(
    name,
    lines.filter((line) => /^(SEND: |RECV: |# )/.test(line)),
  );
}

/** The lines that the script prints. */
async function run(script: string, args: readonly string[]): Promise<string[]> {
  const done = promisify(execFile)('/usr/bin/python3', [script, ...args], { timeout: PATIENCE, maxBuffer: 1 << 24 });
  const stdout = await done.then(
    (output) => output.stdout,
    (error: unknown) => {
      if (error instanceof Error && 'stdout' in error && typeof error.stdout === 'string') return error.stdout;
      throw error;
    },
  );
  return stdout.trimEnd().split('\n');
}
