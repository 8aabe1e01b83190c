/** Makes a test of every dialogue in `test/dialogues/`. */
import { readdirSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, test } from 'vitest';
import { parseDialogue, type Dialogue, type Transport } from './parse.ts';
import { runDialogue } from './run.ts';
import { ServerPool } from './server-pool.ts';
import type { StartServer } from './test-server.ts';

const FOLDER = fileURLToPath(new URL('../../dialogues/', import.meta.url));

/**
 * Make the tests; called while a test file is collected.
 * @param start starts a server for each set of options that dialogues want
 * @param isProsody what the headers say about Prosody holds for it
 */
export function dialogueTests(start: StartServer, transport: Transport, isProsody: boolean): void {
  const servers = new ServerPool(start);
  afterAll(() => servers.stop());
  for (const dialogue of allDialogues()) {
    if (!dialogue.transports.includes(transport)) continue;
    const expected = isProsody ? dialogue.onProsody : 'passes';
    (expected === 'fails' ? test.fails : test)(`${dialogue.file}: ${dialogue.title}`, async () => {
      const run = runDialogue(dialogue, await servers.get(dialogue));
      await (expected === 'varies' ? run.catch(() => undefined) : run);
    });
  }
}

function allDialogues(): Dialogue[] {
  const names = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.xmpp'));
  return names.sort().map((name) => {
    const path = `${FOLDER}${name}`;
    return parseDialogue(relative(process.cwd(), path), readFileSync(path, 'utf8'));
  });
}
