/**
 * Counts in a process of its own, where no test runner changes the code or allocates beside it, and prints JSON:
 * `node --expose-gc test/gates/probe.ts`.
 */
import { z } from 'zod';
import { archiving } from '../../bench/archiving.ts';
import { defineModule, type ModuleDefinition } from '../../src/host/module.ts';
import { bytesPerMessage, countChat, type ChatCounts, type Scenario } from './chat-counts.ts';
import { countSocketWrites, type SocketCounts } from './socket-counts.ts';

/** All that is counted. */
export interface Probed {
  readonly chat: ChatCounts;
  /** Of messages to an account with two resources, each archived and given an id. */
  readonly archived: ChatCounts;
  /** With a module that does what the hot path must not, once for every message: do the counters see it? */
  readonly control: ChatCounts;
  readonly bytes: { readonly chat: number; readonly archived: number };
  readonly sockets: SocketCounts;
}

const schema = z.string();

const wasteful: ModuleDefinition = defineModule({
  name: 'wasteful',
  summary: 'Builds a tree, makes a promise and asks zod for every message',
  xeps: [],
  scope: 'host',
  options: z.object({}),
  setup(m) {
    m.on('stanza/incoming', 'observe', ({ kind, stanza }) => {
      if (kind !== 'message') return;
      void Promise.resolve(schema.parse(stanza.tree().name));
    });
  },
});

const balcony = 'juliet@localhost/balcony';
const chat: Scenario = { to: balcony, recipients: [balcony] };
const archived: Scenario = {
  modules: [archiving],
  to: 'juliet@localhost',
  recipients: [balcony, 'juliet@localhost/garden'],
};
const probed: Probed = {
  bytes: { chat: await bytesPerMessage(chat), archived: await bytesPerMessage(archived) },
  chat: await countChat(chat),
  archived: await countChat(archived),
  control: await countChat({ ...chat, modules: [wasteful] }),
  sockets: await countSocketWrites(),
};
process.stdout.write(JSON.stringify(probed));
