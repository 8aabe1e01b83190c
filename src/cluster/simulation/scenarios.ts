/** Two pieces of a server in small, run on a `SimulatedCluster` to see that its promises are enough to build on. */
import type { Binding, ClusterBackend, FrameKind, NodeId, Reply } from '../backend.ts';
import type { MemoryBackend } from '../memory/memory-backend.ts';
import { SimulatedCluster } from './simulated-cluster.ts';

const POST: FrameKind<string> = { id: 1, name: 'test/post', encode: (head) => head, decode: (text) => text };
const OK: Reply = { type: 'ok', body: '' };
const GONE: Reply = { type: 'gone' };

interface Line {
  readonly epoch: number;
  readonly id: string;
}

/** The room's history in the store: append refuses an owner whose epoch is over, and knows what it has. */
class History {
  readonly lines: Line[] = [];
  readonly #ids = new Set<string>();
  #epoch = 0;
  refused = 0;

  append(epoch: number, id: string): boolean {
    if (epoch < this.#epoch) {
      this.refused++;
      return false;
    }
    this.#epoch = epoch;
    if (!this.#ids.has(id)) this.lines.push({ epoch, id });
    this.#ids.add(id);
    return true;
  }
}

/** One node's part in a room: owner as long as its lease and the history agree, else it asks the owner. */
class RoomSide {
  readonly #node: ClusterBackend;
  readonly #history: History;
  #owned: number | undefined;

  constructor(node: ClusterBackend, history: History) {
    this.#node = node;
    this.#history = history;
    node.handle(POST, (_from, id) => this.#asOwner(id));
    node.on('fenced', () => (this.#owned = undefined));
  }

  /** Post until it is in the history; false if this node died before. */
  async post(id: string): Promise<boolean> {
    for (;;) {
      try {
        const claim = await this.#node.claim('room');
        if (claim.mine) this.#owned = claim.epoch;
        const reply = claim.mine ? this.#asOwner(id) : await this.#node.call(claim.owner, POST, id);
        if (reply.type === 'ok') return true;
      } catch {
        if (!this.#node.leaseOk()) return false; // dead; a node that was fenced is back and tries again
      }
    }
  }

  #asOwner(id: string): Reply {
    if (this.#owned === undefined || !this.#node.leaseOk()) return GONE;
    if (this.#history.append(this.#owned, id)) return OK;
    this.#owned = undefined; // somebody else is the owner now
    return GONE;
  }
}

/** What a run of `runRoom` gave. */
export interface RoomRun {
  readonly lines: readonly Line[];
  /** Ids in the order in which their sender was told that they are in, per sender. */
  readonly accepted: ReadonlyMap<NodeId, readonly string[]>;
  /** Appends refused because the owner had been replaced. */
  readonly refused: number;
}

/** Three nodes post into one room while its ownership moves and nodes die. */
export async function runRoom(seed: number): Promise<RoomRun> {
  const cluster = new SimulatedCluster({ seed, gone: 0.1 });
  const history = new History();
  const accepted = new Map<NodeId, string[]>();
  const nodes: MemoryBackend[] = [];
  const writers: Promise<void>[] = [];
  const start = (name: string): void => {
    const node = cluster.join(name);
    const side = new RoomSide(node, history);
    const done: string[] = [];
    accepted.set(node.self, done);
    nodes.push(node);
    writers.push(write(node.self, side, done));
  };
  for (const name of ['a', 'b', 'c']) start(name);
  for (let i = 0; i < 12; i++) {
    for (let turn = cluster.pick(6); turn >= 0; turn--) await new Promise((resolve) => setImmediate(resolve));
    const node = nodes[cluster.pick(nodes.length)];
    if (node === undefined) break;
    const fault = cluster.pick(4);
    if (fault <= 1) cluster.moveClaim('room', node);
    else if (fault === 2 && nodes.length > 1) {
      nodes.splice(nodes.indexOf(node), 1);
      cluster.crash(node);
      start('d');
    } else if (fault === 3) {
      cluster.fence(node);
      cluster.rejoin(node);
    }
  }
  await Promise.all(writers);
  return { lines: history.lines, accepted, refused: history.refused };
}

async function write(sender: NodeId, side: RoomSide, done: string[]): Promise<void> {
  for (let i = 0; i < 20; i++) {
    const id = `${sender}/${i}`;
    if (!(await side.post(id))) return;
    done.push(id);
  }
}

/** What a run of `runLogin` gave. */
export interface LoginRun {
  readonly sent: readonly string[];
  /** What the session got, live or out of the store, in the order it came. */
  readonly got: readonly string[];
  readonly live: number;
}

/**
 * Messages to an account while it logs in on another node: the sender stores, then looks up; the session registers, then
 * fetches.
 */
export async function runLogin(seed: number): Promise<LoginRun> {
  const cluster = new SimulatedCluster({ seed, delay: 0.7 });
  const [sender, receiver, third] = [cluster.join('a'), cluster.join('b'), cluster.join('c')];
  const bare = 'alice@example.org';
  const stored: string[] = [];
  const got: string[] = [];
  const sent: string[] = [];
  let live = 0;
  receiver.handle(POST, (_from, id) => {
    got.push(id);
    live++;
    return OK;
  });
  const login = async (): Promise<void> => {
    const own: Binding = { sid: 's1', resource: 'phone', priority: 0, flags: 1 };
    await (cluster.pick(2) === 0 ? receiver.bind(bare, own, 'replace', 16) : registerInTwoSteps(receiver, bare, own));
    got.push(...stored);
  };
  const loggedIn = login();
  for (let i = 0; i < 20; i++) {
    const id = `m${i}`;
    sent.push(id);
    stored.push(id);
    for (const entry of sender.lookup(bare)) sender.send(entry.node, POST, id);
    if (cluster.pick(2) === 0) await new Promise((resolve) => setImmediate(resolve));
    if (i === 10) cluster.crash(third);
  }
  await loggedIn;
  await cluster.idle();
  return { sent, got, live };
}

async function registerInTwoSteps(node: ClusterBackend, bare: string, own: Binding): Promise<void> {
  await node.bind(bare, { ...own, flags: 0 }, 'replace', 16);
  await node.update(bare, own.sid, own.priority, own.flags);
}
