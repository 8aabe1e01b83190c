/** What the tests with foreign clients have in common: the server they run against, and transcripts. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeSelfSigned } from '../../src/net/tls/self-signed.ts';
import { startProsody } from '../support/dialogue/prosody-server.ts';
import type { TestServer, TestServerOptions } from '../support/dialogue/test-server.ts';
import { startServer } from '../support/server.ts';

/** The domain that `startInteropServer` serves. */
export const DOMAIN = 'localhost';

/** Couplet, or with DIALOGUE_SERVER=prosody Prosody, with SCRAM alone on offer. */
export function startInteropServer(): Promise<TestServer> {
  const start = process.env['DIALOGUE_SERVER'] === 'prosody' ? startProsody : startServer;
  return start({ hosts: [DOMAIN], options: { allow_unencrypted_plain_auth: false } });
}

/** Couplet with a certificate of its own, demanding encryption, with an archive. */
interface EncryptedServer {
  readonly server: TestServer;
  /** File with the certificate, for clients to trust. */
  readonly certificate: string;
  stop(): Promise<void>;
}

/** Start one. @param options by Prosody's names, besides those that demand encryption */
export async function startEncryptedServer(options: TestServerOptions['options'] = {}): Promise<EncryptedServer> {
  const folder = mkdtempSync(join(tmpdir(), 'couplet-interop-'));
  const pair = await makeSelfSigned(DOMAIN, Date.now());
  const certificate = join(folder, 'server.crt');
  writeFileSync(certificate, pair.certificate);
  writeFileSync(join(folder, 'server.key'), pair.key);
  const server = await startServer({
    hosts: [DOMAIN],
    certificates: folder,
    with: ['mam'],
    options: {
      c2s_require_encryption: true,
      allow_unencrypted_plain_auth: false,
      default_iteration_count: 4096, // @xmpp/client takes two seconds for 10 000
      ...options,
    },
  });
  return {
    server,
    certificate,
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

/** With TRANSCRIPT=folder in the environment, keep what was said in a file of that name. */
export function keepTranscript(name: string, lines: readonly string[]): void {
  const folder = process.env['TRANSCRIPT'];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.txt`), `${lines.join('\n')}\n`);
}
