/** Sends, receives and answers the frames of one node. */
import {
  Backpressure,
  CALL_TIMEOUT,
  type FrameFault,
  type FrameHandler,
  type FrameKind,
  MAX_HEAD,
  type NodeId,
  type Reply,
  type WindowState,
} from '../backend.ts';
import type { Clock } from '../clock.ts';
import { Link, type FramePacket, type Packet, type WindowLimits } from './link.ts';
import { TimerSet } from './timer-set.ts';

/** What an endpoint needs around it. */
export interface EndpointOptions {
  readonly clock: Clock;
  readonly limits: WindowLimits;
  /** Hand a packet over to be carried, in order. @returns false if that node, or this one, is not a member */
  readonly post: (to: NodeId, packet: Packet) => boolean;
  /** Told what a handler threw, and of one that gave no answer in time. */
  readonly report: (error: unknown, what: string) => void;
}

/** Milliseconds a handler has. */
const HANDLER_TIMEOUT = 30_000;
/** Milliseconds that leaving waits for open frames. */
const DRAIN_TIMEOUT = 5_000;

interface Registered {
  readonly name: string;
  readonly run: (from: NodeId, packet: FramePacket) => Reply | Promise<Reply>;
}

/** The frames of one node; the methods named as in `ClusterBackend` do what is written there. */
export class FrameEndpoint {
  readonly #options: EndpointOptions;
  readonly #timers: TimerSet;
  readonly #handlers = new Map<number, Registered>();
  readonly #links = new Map<NodeId, Link>();
  /** Handlers whose answer is outstanding. */
  #running = 0;
  #onIdle: (() => void) | undefined;

  constructor(options: EndpointOptions) {
    this.#options = options;
    this.#timers = new TimerSet(options.clock);
  }

  send<Head>(to: NodeId, kind: FrameKind<Head>, head: Head, body: string): void {
    const text = encodeHead(kind, head);
    const link = this.#link(to);
    if (!link.hasRoom(text.length + body.length)) throw new Backpressure(to);
    this.#transmit(to, link, kind.id, text, body, undefined);
  }

  async call<Head>(to: NodeId, kind: FrameKind<Head>, head: Head, body: string, ms = CALL_TIMEOUT): Promise<Reply> {
    const text = encodeHead(kind, head);
    const link = this.#link(to);
    if (!link.hasRoom(text.length + body.length)) return { type: 'busy' };
    return new Promise((resolve) => {
      let cancel: (() => void) | undefined;
      const seq = this.#transmit(to, link, kind.id, text, body, (reply) => {
        cancel?.();
        resolve(reply);
      });
      if (!link.closed) cancel = this.#timers.after(ms, () => link.expire(seq));
    });
  }

  handle<Head>(kind: FrameKind<Head>, handler: FrameHandler<Head>): () => void {
    const old = this.#handlers.get(kind.id);
    if (old !== undefined) throw new Error(`Frames ${kind.id} (${kind.name}) are handled already, as ${old.name}`);
    const registered: Registered = {
      name: kind.name,
      run: (from, { head: text, body }) => {
        let head: Head;
        try {
          head = kind.decode(text);
        } catch (error) {
          this.#options.report(error, `head of frame ${kind.name}`);
          return fault('malformed');
        }
        return handler(from, head, body);
      },
    };
    this.#handlers.set(kind.id, registered);
    return () => {
      if (this.#handlers.get(kind.id) === registered) this.#handlers.delete(kind.id);
    };
  }

  window(to: NodeId): WindowState {
    return this.#links.get(to)?.window ?? { frames: 0, bytes: 0 };
  }

  ready(to: NodeId): Promise<void> {
    return this.#links.get(to)?.ready() ?? Promise.resolve();
  }

  /** Take a packet from the carrier. */
  receive(from: NodeId, packet: Packet): void {
    if (packet.type === 'reply') {
      this.#links.get(from)?.finished(packet.seq, packet.reply);
      this.#checkIdle();
      return;
    }
    const link = this.#link(from);
    if (link.isNew(packet.seq)) this.#run(from, link, packet);
  }

  /** That node is dead: what is open with it is `gone`. */
  forget(node: NodeId): void {
    this.#links.get(node)?.close();
    this.#links.delete(node);
    this.#checkIdle();
  }

  /** Resolves when nothing is open in either direction, or after `DRAIN_TIMEOUT`. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#timers.after(DRAIN_TIMEOUT, resolve);
      this.#onIdle = () => {
        cancel();
        resolve();
      };
      this.#checkIdle();
    });
  }

  /** This node is a member no more: what is open is `gone`, no timer is left. Handlers stay. */
  reset(): void {
    for (const node of this.#links.keys()) this.forget(node);
    this.#timers.clear();
    this.#onIdle?.();
    this.#onIdle = undefined;
  }

  #link(node: NodeId): Link {
    let link = this.#links.get(node);
    if (link === undefined) this.#links.set(node, (link = new Link(this.#options.limits)));
    return link;
  }

  #transmit(
    to: NodeId,
    link: Link,
    kind: number,
    head: string,
    body: string,
    settle: ((reply: Reply) => void) | undefined,
  ): number {
    const seq = link.sent(head.length + body.length, settle);
    const packet: FramePacket = { type: 'frame', seq, kind, head, body, call: settle !== undefined };
    if (!this.#options.post(to, packet)) this.forget(to);
    return seq;
  }

  #run(from: NodeId, link: Link, packet: FramePacket): void {
    const handler = this.#handlers.get(packet.kind);
    let answer: Reply | Promise<Reply>;
    if (handler === undefined) answer = fault('unsupported');
    else {
      try {
        answer = handler.run(from, packet);
      } catch (error) {
        this.#options.report(error, `handler of frame ${handler.name}`);
        answer = fault('handler-failed');
      }
    }
    if (answer instanceof Promise) this.#answerLater(from, link, packet.seq, answer, handler?.name ?? '');
    else this.#answer(from, link, packet.seq, answer);
  }

  #answerLater(from: NodeId, link: Link, seq: number, answer: Promise<Reply>, name: string): void {
    this.#running++;
    let open = true;
    const finish = (reply: Reply): void => {
      if (!open) return;
      open = false;
      cancel();
      this.#running--;
      this.#answer(from, link, seq, reply);
      this.#checkIdle();
    };
    const cancel = this.#timers.after(HANDLER_TIMEOUT, () => {
      this.#options.report(new Error(`No answer within ${HANDLER_TIMEOUT} ms`), `handler of frame ${name}`);
      finish(fault('handler-timeout'));
    });
    void answer.then(finish, (error: unknown) => {
      this.#options.report(error, `handler of frame ${name}`);
      finish(fault('handler-failed'));
    });
  }

  /** A closed link is one of an earlier incarnation: its numbers mean nothing now. */
  #answer(to: NodeId, link: Link, seq: number, reply: Reply): void {
    if (!link.closed) this.#options.post(to, { type: 'reply', seq, reply });
  }

  #checkIdle(): void {
    if (this.#onIdle === undefined || this.#running > 0) return;
    for (const link of this.#links.values()) if (link.window.frames > 0) return;
    this.#onIdle();
    this.#onIdle = undefined;
  }
}

function encodeHead<Head>(kind: FrameKind<Head>, head: Head): string {
  const text = kind.encode(head);
  if (text.length > MAX_HEAD) throw new RangeError(`Head of frame ${kind.name} is longer than ${MAX_HEAD} characters`);
  return text;
}

function fault(code: FrameFault): Reply {
  return { type: 'error', code };
}
