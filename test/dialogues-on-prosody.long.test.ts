/** The dialogues say of Prosody what is true of the one installed. */
import { describe } from 'vitest';
import { dialogueTests } from './support/dialogue/dialogue-tests.ts';
import { startProsody } from './support/dialogue/prosody-server.ts';
import { needs } from './support/needs.ts';

describe.skipIf(!needs('prosody'))('dialogues over TCP with Prosody', () => dialogueTests(startProsody, 'tcp', true));
