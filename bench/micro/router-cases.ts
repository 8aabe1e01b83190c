/** From the bytes of one client to the bytes of another, through a server with all modules and without sockets. */
import { chatMessages } from '../chat.ts';
import { archiving } from '../archiving.ts';
import type { Case } from '../measure.ts';
import { DirectClient } from '../direct-client.ts';
import { startMeasured } from '../server.ts';

const OPERATIONS = 10_000;
const PER_CHUNK = 10;

/** Chat messages between two sessions; then archived ones, for an account with two. */
export async function routerCases(): Promise<Case[]> {
  return [
    await direct('to a full JID', 'juliet@localhost/balcony'),
    await direct('to an account', 'juliet@localhost'),
    await archived(),
  ];
}

async function direct(what: string, to: string): Promise<Case> {
  const server = await startMeasured();
  const romeo = await DirectClient.connect(server, 'romeo@localhost/orchard');
  const juliet = await DirectClient.connect(server, 'juliet@localhost/balcony');
  const chunks = chatMessages(to, OPERATIONS, PER_CHUNK);
  return {
    name: `chat message ${what}`,
    operations: OPERATIONS,
    run: () => {
      const before = juliet.received;
      for (const chunk of chunks) {
        romeo.send(chunk);
        juliet.flush();
      }
      if (juliet.received - before !== OPERATIONS) throw new Error('messages got lost');
    },
  };
}

async function archived(): Promise<Case> {
  const server = await startMeasured([archiving]);
  const romeo = await DirectClient.connect(server, 'romeo@localhost/orchard');
  const juliet = [
    await DirectClient.connect(server, 'juliet@localhost/balcony'),
    await DirectClient.connect(server, 'juliet@localhost/garden'),
  ];
  const chunks = chatMessages('juliet@localhost', OPERATIONS, PER_CHUNK);
  return {
    name: 'archived, with stanza-id, to two resources',
    operations: OPERATIONS,
    run: async () => {
      const before = juliet[0]?.received ?? 0;
      for (const chunk of chunks) {
        romeo.send(chunk);
        await Promise.resolve(); // the batch is committed
        for (const client of juliet) client.flush();
      }
      for (const client of juliet) if (client.received - before !== OPERATIONS) throw new Error('messages got lost');
    },
  };
}
