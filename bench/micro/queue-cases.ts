/** The release queue of a sender, and appending to an archive in memory. */
import { ReleaseQueue, type Releasable } from '../../src/host/release-queue.ts';
import { memoryStorage } from '../../src/storage/memory/memory-storage.ts';
import { Ticket } from '../../src/storage/ticket.ts';
import { chatMessages } from '../chat.ts';
import type { Case } from '../measure.ts';

const OPERATIONS = 20_000;
const APPENDS = 5000;
/** Writes submitted in one loop turn. */
const PER_TURN = 10;

/** Outputs that wait for nothing, for a write, and the write itself. */
export function queueCases(): Case[] {
  return [fastPath(), withTicket(), appendCase()];
}

const output: Releasable = { release: () => undefined };

function fastPath(): Case {
  const queue = new ReleaseQueue();
  return {
    name: 'release queue: nothing to wait for',
    operations: OPERATIONS,
    run: () => {
      for (let n = 0; n < OPERATIONS; n++) queue.push(undefined, output, 300);
    },
  };
}

function withTicket(): Case {
  const queue = new ReleaseQueue();
  return {
    name: 'release queue: behind a ticket',
    operations: OPERATIONS,
    run: () => {
      for (let n = 0; n < OPERATIONS; n += PER_TURN) {
        const tickets = Array.from({ length: PER_TURN }, () => new Ticket());
        for (const ticket of tickets) queue.push(ticket, output, 300);
        for (const ticket of tickets) ticket.settle();
      }
    },
  };
}

function appendCase(): Case {
  const storage = memoryStorage((error) => {
    throw error;
  });
  const archive = storage.archive('localhost', 'archive');
  const stanza = String(chatMessages('juliet@localhost/balcony', 1, 1)[0]);
  return {
    name: 'append to an archive in memory',
    operations: APPENDS,
    run: async () => {
      for (let n = 0; n < APPENDS; n++) {
        const unit = storage.unit();
        archive.append(unit, 'juliet@localhost', { when: n, with: 'romeo@localhost', stanza });
        unit.submit();
        if (n % PER_TURN === 0) await Promise.resolve(); // the turn ends, the batch is committed
      }
      const unit = storage.unit();
      archive.clear(unit, 'juliet@localhost');
      await unit.submit()?.settled();
    },
  };
}
