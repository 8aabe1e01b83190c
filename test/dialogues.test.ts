/**
 * Every file of `test/dialogues/` is a test; `test/dialogues/README.md` says how they are written. They run against
 * Couplet, or with DIALOGUE_SERVER=prosody against Prosody, which shows whether a dialogue itself is right.
 */
import { describe } from 'vitest';
import { dialogueTests } from './support/dialogue/dialogue-tests.ts';
import { startProsody } from './support/dialogue/prosody-server.ts';
import { needs } from './support/needs.ts';
import { startServer } from './support/server.ts';

if (process.env['DIALOGUE_SERVER'] === 'prosody') {
  describe.skipIf(!needs('prosody'))('dialogues over TCP with Prosody', () => dialogueTests(startProsody, 'tcp', true));
} else {
  describe('dialogues over TCP', () => dialogueTests(startServer, 'tcp', false));
}
