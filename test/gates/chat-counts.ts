/** What chat messages cost that can be counted: trees, promises, calls of zod, bytes of heap. */
import { createHook } from 'node:async_hooks';
import { chatMessages } from '../../bench/chat.ts';
import { allocatedBytes } from '../../bench/measure.ts';
import { DirectClient } from '../../bench/direct-client.ts';
import { startMeasured } from '../../bench/server.ts';
import type { ModuleDefinition } from '../../src/host/module.ts';
import type { Server } from '../../src/host/server.ts';
import { treesBuilt } from '../../src/xml/tree-builder.ts';
import { FunctionCalls } from './function-calls.ts';

/** What was counted while `messages` were sent. */
export interface ChatCounts {
  readonly messages: number;
  /** By all recipients together. */
  readonly received: number;
  readonly trees: number;
  readonly promises: number;
  readonly zodCalls: number;
}

/** Who writes to whom, on what server. */
export interface Scenario {
  /** Beside all that the server has. */
  readonly modules?: readonly ModuleDefinition[];
  readonly to: string;
  readonly recipients: readonly string[];
}

/** Messages in one read of the sender's socket. */
const PER_CHUNK = 10;
/** Messages of which trees, promises and calls are counted. */
const COUNTED = 500;
/** Messages of a round in which bytes are counted. */
const ROUND = 5000;
const ROUNDS = 10;

/** Send chat messages and count. */
export async function countChat(scenario: Scenario): Promise<ChatCounts> {
  const chat = await Chat.start(scenario);
  const chunks = chatMessages(scenario.to, COUNTED, PER_CHUNK);
  const before = { received: chat.received, trees: treesBuilt() };
  let promises = 0;
  const hook = createHook({ init: (_id, type) => (promises += type === 'PROMISE' ? 1 : 0) });
  await chat.exchange(chunks, { starting: () => hook.enable(), ended: () => hook.disable() });
  const trees = treesBuilt() - before.trees;
  const received = chat.received - before.received;

  let zodCalls = 0;
  const calls = new FunctionCalls();
  await chat.exchange(chunks, {
    starting: () => calls.start(),
    ended: () => (zodCalls = calls.count('/node_modules/zod/')),
  });
  calls.stop();
  await chat.stop();
  return { messages: COUNTED, received, trees, promises, zodCalls };
}

/** Bytes of heap that one message takes. Of several rounds the least, as code allocates less once it is optimised. */
export async function bytesPerMessage(scenario: Scenario): Promise<number> {
  const chat = await Chat.start(scenario);
  const chunks = chatMessages(scenario.to, ROUND, PER_CHUNK);
  let least = Infinity;
  let start = 0;
  for (let round = 0; round < ROUNDS; round++) {
    globalThis.gc?.({ type: 'minor' });
    await chat.exchange(chunks, {
      starting: () => (start = heapBytes()),
      ended: () => (least = Math.min(least, (heapBytes() - start) / ROUND)),
    });
  }
  await chat.stop();
  return Math.round(least);
}

/** Called just before the first message, and just after the last. */
interface Watch {
  readonly starting: () => void;
  readonly ended: () => void;
}

/** A server with all modules, a sender and recipients, none of them with a socket. */
class Chat {
  readonly #server: Server;
  readonly #sender: DirectClient;
  readonly #recipients: readonly DirectClient[];

  private constructor(server: Server, sender: DirectClient, recipients: readonly DirectClient[]) {
    this.#server = server;
    this.#sender = sender;
    this.#recipients = recipients;
  }

  static async start({ modules, recipients }: Scenario): Promise<Chat> {
    const server = await startMeasured(modules);
    const sender = await DirectClient.connect(server, 'romeo@localhost/orchard');
    const clients: DirectClient[] = [];
    for (const address of recipients) clients.push(await DirectClient.connect(server, address));
    return new Chat(server, sender, clients);
  }

  /** Messages that all recipients together have got. */
  get received(): number {
    return this.#recipients.reduce((sum, client) => sum + client.received, 0);
  }

  /** Each chunk is one turn of the event loop: read, then written. By callbacks, as a promise would be counted. */
  exchange(chunks: readonly Buffer[], watch: Watch): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    let next = 0;
    const read = (): void => {
      if (next === 0) watch.starting();
      const chunk = chunks[next++];
      if (chunk === undefined) {
        watch.ended();
        resolve();
        return;
      }
      this.#sender.send(chunk);
      setImmediate(write);
    };
    const write = (): void => {
      for (const client of this.#recipients) client.flush();
      setImmediate(read);
    };
    setImmediate(read);
    return promise;
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }
}

/** Bytes allocated by now; on a Node that does not count them those in use, which differ only by what is collected. */
function heapBytes(): number {
  const allocated = allocatedBytes();
  return Number.isFinite(allocated) ? allocated : process.memoryUsage().heapUsed;
}
