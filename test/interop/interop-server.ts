/** What the tests with foreign clients have in common: the server they run against, and transcripts. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startProsody } from '../support/dialogue/prosody-server.ts';
import type { TestServer } from '../support/dialogue/test-server.ts';
import { startServer } from '../support/server.ts';

/** The domain that `startInteropServer` serves. */
export const DOMAIN = 'localhost';

/** Couplet, or with DIALOGUE_SERVER=prosody Prosody, with SCRAM alone on offer. */
export function startInteropServer(): Promise<TestServer> {
  const start = process.env['DIALOGUE_SERVER'] === 'prosody' ? startProsody : startServer;
  return start({ hosts: [DOMAIN], options: { allow_unencrypted_plain_auth: false } });
}

/** Couplet with a certificate, demanding encryption. @param certificates folder where the certificate is */
export function startEncryptedServer(certificates: string): Promise<TestServer> {
  return startServer({
    hosts: [DOMAIN],
    certificates,
    options: { c2s_require_encryption: true, allow_unencrypted_plain_auth: false },
  });
}

/** With TRANSCRIPT=folder in the environment, keep what was said in a file of that name. */
export function keepTranscript(name: string, lines: readonly string[]): void {
  const folder = process.env['TRANSCRIPT'];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.txt`), `${lines.join('\n')}\n`);
}
