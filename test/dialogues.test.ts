/**
 * Every file of `test/dialogues/` is a test; `test/dialogues/README.md` says how they are written. They run against
 * Couplet, or with DIALOGUE_SERVER=prosody against Prosody, which shows whether a dialogue itself is right.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { afterAll, describe, test } from 'vitest';
import { parseDialogue } from './support/dialogue/parse.ts';
import { startProsody } from './support/dialogue/prosody-server.ts';
import { runDialogue } from './support/dialogue/run.ts';
import { ServerPool } from './support/dialogue/server-pool.ts';
import { needs } from './support/needs.ts';
import { startServer } from './support/server.ts';

const folder = new URL('dialogues/', import.meta.url).pathname;
const onProsody = process.env['DIALOGUE_SERVER'] === 'prosody';
const servers = new ServerPool(onProsody ? startProsody : startServer);

afterAll(() => servers.stop());

const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.xmpp'));
const dialogues = names.toSorted().map((name) => {
  const file = relative(process.cwd(), `${folder}${name}`);
  return parseDialogue(file, readFileSync(`${folder}${name}`, 'utf8'));
});

describe.skipIf(onProsody && !needs('prosody'))(`dialogues over TCP with ${onProsody ? 'Prosody' : 'Couplet'}`, () => {
  for (const dialogue of dialogues) {
    if (!dialogue.transports.includes('tcp')) continue;
    const expected = onProsody ? dialogue.onProsody : 'passes';
    (expected === 'fails' ? test.fails : test)(`${dialogue.file}: ${dialogue.title}`, async () => {
      const run = runDialogue(dialogue, await servers.get(dialogue));
      await (expected === 'varies' ? run.catch(() => undefined) : run);
    });
  }
});
