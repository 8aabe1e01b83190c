/**
 * A whole server on a database, and clients that write to it while the database has a fault: what drills look at.
 * One sends messages with stream management and an archive, one receives them and pings, one logs in again and again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { MODULE_NAMES } from '../../src/app/modules.ts';
import { startServer } from '../../src/app/start.ts';
import type { StorageConfig } from '../../src/app/storage.ts';
import { Auth } from '../../src/host/auth.ts';
import type { Server } from '../../src/host/server.ts';
import { authenticate, bind, openStream } from './dialogue/login.ts';
import { printXml } from './dialogue/print-xml.ts';
import { childElements, type XmlNode } from './dialogue/xml-node.ts';
import { type LogLine, MemoryLog } from './world.ts';
import { XClient } from './xclient.ts';

const DOMAIN = 'localhost';
const NS_SM = 'urn:xmpp:sm:3';
/** Milliseconds. */
const PATIENCE = 30_000;

/** What became of the messages, and what else was measured. Times in milliseconds. */
export interface LoadReport {
  /** Messages sent during the fault. */
  readonly sent: number;
  /** Answered with an error; the distinct conditions with their types. */
  readonly refused: number;
  readonly errors: readonly string[];
  /** Counted in an `<a/>` although they were neither stored nor refused. */
  readonly lost: readonly string[];
  /** In the archive of the recipient more than once. */
  readonly doubled: readonly string[];
  /** Received in another order than sent. */
  readonly reordered: boolean;
  /** Counted as handled while the fault lasted. */
  readonly ackedDuringFault: number;
  /** What 95 of 100 pings took at most: the load shares its process with the server. */
  readonly pingTime: number;
  /** Conditions of the logins that failed. */
  readonly logins: readonly string[];
  /** From the end of the fault until everything sent before was acknowledged. */
  readonly healed: number;
  /** Growth of the heap in bytes. */
  readonly growth: number;
  /** Errors in the log, and why. */
  readonly faults: readonly string[];
}

/** What happens to the database. */
export interface Fault {
  readonly begin: () => void | Promise<void>;
  readonly end: () => void | Promise<void>;
  /** Milliseconds between the two. */
  readonly lasts: number;
}

/** See the file's comment. */
export class DatabaseLoad {
  readonly server: Server;
  readonly log: MemoryLog;
  readonly #port: number;

  private constructor(server: Server, log: MemoryLog, port: number) {
    this.server = server;
    this.log = log;
    this.#port = port;
  }

  static async start(storage: StorageConfig): Promise<DatabaseLoad> {
    const log = new MemoryLog();
    const left = [
      'tls',
      'welcome',
      ...MODULE_NAMES.filter((name) => name.startsWith('auth_') && name !== 'auth_internal_hashed'),
    ];
    const server = await startServer({
      hosts: [
        {
          domain: DOMAIN,
          kind: 'host',
          modules: MODULE_NAMES.filter((name) => !left.includes(name)),
          options: {
            c2s_ports: [0],
            c2s_interfaces: ['127.0.0.1'],
            c2s_require_encryption: false,
            allow_unencrypted_plain_auth: true,
          },
        },
      ],
      storage,
      log,
    });
    const auth = server.hosts.get(DOMAIN)?.services.find(Auth);
    for (const name of ['alice', 'bob', 'carol']) {
      const unit = server.storage.unit();
      await auth?.setPassword(unit, name, name);
      await unit.submit()?.settled();
    }
    const [address = ''] = await server.listeners.addresses('c2s');
    return new DatabaseLoad(server, log, Number(address.slice(address.lastIndexOf(':') + 1)));
  }

  stop(): Promise<void> {
    return this.server.stop();
  }

  /** Sends `perSecond` messages a second before, during and after the fault. */
  async run({ begin, end, lasts }: Fault, perSecond = 50): Promise<LoadReport> {
    const alice = await this.#login('alice');
    const bob = await this.#login('bob');
    const conditions: string[] = [];
    const errors = new Map<string, string>();
    let handled = 0;
    const sender = reader(alice, (node) => {
      if (node.name === 'a' && node.ns === NS_SM) handled = Number(attribute(node, 'h'));
      if (node.name === 'r') alice.send(`<a xmlns='${NS_SM}' h='0'/>`);
      if (node.name === 'message' && attribute(node, 'type') === 'error') {
        errors.set(attribute(node, 'id'), conditionOf(node));
      }
    });
    const received: string[] = [];
    let pong: (() => void) | undefined;
    const receiver = reader(bob, (node) => {
      if (node.name === 'message') received.push(attribute(node, 'id'));
      else if (node.name === 'iq') pong?.();
    });
    alice.send(`<enable xmlns='${NS_SM}'/>`);
    let sent = 0;
    const send = (count: number): void => {
      for (let i = 0; i < count; i++) {
        alice.send(`<message to='bob@${DOMAIN}' type='chat' id='m${++sent}'><body>${sent}</body></message>`);
      }
      alice.send(`<r xmlns='${NS_SM}'/>`);
    };
    const until = async (condition: () => boolean): Promise<number> => {
      const start = performance.now();
      while (!condition()) {
        if (performance.now() - start > PATIENCE) throw new Error('it does not go on');
        await sleep(5);
      }
      return performance.now() - start;
    };

    send(20);
    await until(() => handled === sent && received.length === sent);
    globalThis.gc?.();
    const heap = process.memoryUsage().heapUsed;
    const before = handled;
    await begin();
    const pingTimes: number[] = [];
    let over = false;
    const pings = (async () => {
      while (!over) {
        const start = performance.now();
        const answered = new Promise<void>((resolve) => (pong = resolve));
        bob.send(`<iq type='get' id='p' to='${DOMAIN}'><ping xmlns='urn:xmpp:ping'/></iq>`);
        await answered;
        pingTimes.push(performance.now() - start);
        await sleep(20);
      }
    })();
    const logins = (async () => {
      while (!over) {
        const failed = await this.#tryLogin('carol');
        if (failed !== undefined) conditions.push(failed);
        await sleep(500);
      }
    })();
    const start = performance.now();
    while (performance.now() - start < lasts) {
      send(Math.max(1, perSecond / 50));
      await sleep(20);
    }
    const ackedDuringFault = handled - before;
    const last = sent;
    await end();
    const healed = await until(() => handled >= last);
    send(20);
    await until(() => handled === sent);
    over = true;
    await Promise.all([pings, logins]);
    await sleep(50);
    globalThis.gc?.();
    const growth = process.memoryUsage().heapUsed - heap;
    const stored = await this.#stored();
    sender.end();
    receiver.end();
    const counts = new Map<string, number>();
    for (const id of stored) counts.set(id, (counts.get(id) ?? 0) + 1);
    const all = Array.from({ length: sent }, (_, i) => `m${i + 1}`);
    const numbers = received.map((id) => Number(id.slice(1)));
    return {
      sent: last - 20,
      refused: errors.size,
      errors: [...new Set(errors.values())],
      lost: all.filter((id) => !errors.has(id) && !(counts.has(id) && received.includes(id))),
      doubled: [...counts].filter(([, count]) => count > 1).map(([id]) => id),
      reordered: numbers.some((n, i) => n <= (numbers[i - 1] ?? 0)),
      ackedDuringFault,
      pingTime: pingTimes.toSorted((a, b) => a - b)[Math.floor(pingTimes.length * 0.95)] ?? Infinity,
      logins: [...new Set(conditions)],
      healed,
      growth,
      faults: [...new Set(this.log.lines.filter(({ level }) => level === 'error').map(said))],
    };
  }

  async #stored(): Promise<string[]> {
    const archive = this.server.storage.archive(DOMAIN, 'archive');
    const { entries } = await archive.find(`bob@${DOMAIN}`, { order: 'forward', max: 1_000_000 });
    return entries.map(({ stanza }) => / id=['"]([^'"]*)['"]/.exec(stanza)?.[1] ?? '');
  }

  async #login(user: string): Promise<XClient> {
    const client = await XClient.connect(this.#port);
    await openStream(client, DOMAIN);
    await authenticate(client, { domain: DOMAIN, user, password: user });
    await bind(client, 'r');
    client.send('<presence/>');
    return client;
  }

  /** The condition of the failure, if it is one. */
  async #tryLogin(user: string): Promise<string | undefined> {
    const client = await XClient.connect(this.#port);
    try {
      await openStream(client, DOMAIN);
      const data = Buffer.from(`\0${user}\0${user}`).toString('base64');
      client.send(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${data}</auth>`);
      const event = await client.next(PATIENCE);
      if (event.kind !== 'element') return event.kind;
      return event.node.name === 'success' ? undefined : childElements(event.node)[0]?.name;
    } finally {
      client.destroy();
    }
  }
}

/** Gives all elements that a client gets to `take` until it is ended. */
function reader(client: XClient, take: (node: XmlNode) => void): { end(): void } {
  let ended = false;
  void (async () => {
    while (!ended) {
      const event = await client.next(3_600_000).catch(() => undefined);
      if (event?.kind === 'element') take(event.node);
      else return;
    }
  })();
  return {
    end: () => {
      ended = true;
      client.destroy();
    },
  };
}

function said({ message, fields }: LogLine): string {
  const error = fields['err'];
  return `${message}: ${error instanceof Error ? error.message : ''}`;
}

function attribute(node: XmlNode, name: string): string {
  return node.attributes.find((found) => found.name === name && found.ns === '')?.value ?? '';
}

function conditionOf(node: XmlNode): string {
  const error = childElements(node).find(({ name }) => name === 'error');
  if (error === undefined) return printXml(node);
  return `${attribute(error, 'type')} ${childElements(error)[0]?.name ?? ''}`;
}
