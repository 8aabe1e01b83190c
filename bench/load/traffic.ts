/** What sessions send each other, and when. */
import { mark } from './marks.ts';
import { flush, type Session } from './session.ts';

/** One kind of load. Lengths are those of whole stanzas, in bytes. */
export type Traffic =
  /** Each session asks the server, with `window` requests under way. */
  | { readonly kind: 'ping'; readonly window: number }
  /** In pairs, each session with `window` messages under way to the other; `limit` in all, or without end. */
  | {
      readonly kind: 'chat';
      readonly type: MessageType;
      readonly window: number;
      readonly length: number;
      readonly limit: number | undefined;
    }
  /** In pairs, `rate` messages a second by all together, whatever comes. */
  | { readonly kind: 'paced'; readonly type: MessageType; readonly rate: number; readonly length: number }
  /** The first tells all others its presence, again when all have it. */
  | { readonly kind: 'presence' }
  /** The first writes to all others in turn, `rate` messages a second, with no more than `window` under way. */
  | { readonly kind: 'burst'; readonly rate: number; readonly window: number; readonly length: number };

/** Headlines are not archived. */
type MessageType = 'chat' | 'headline';

/** Milliseconds between looks at the clock where a rate is to be kept. */
const TICK = 1;

/** A load on its way. */
export class TrafficRun {
  readonly #traffic: Traffic;
  readonly #sessions: readonly Session[];
  #running = true;
  #timer: NodeJS.Timeout | undefined;
  /** Sent so far, where a rate is to be kept; of presence, those that have not come. */
  #count = 0;
  #startedAt = 0;

  /** @param came told of every stanza that came, with its latency in ms */
  constructor(traffic: Traffic, sessions: readonly Session[], came: (latency: number) => void) {
    this.#traffic = traffic;
    this.#sessions = sessions;
    for (const [index, session] of sessions.entries()) {
      session.expect(this.#senderTo(session, index), (receiver, sentAt) => {
        came(performance.now() - sentAt);
        if (this.#running) this.#next(receiver);
      });
    }
  }

  /** Begin. */
  start(): void {
    const traffic = this.#traffic;
    this.#startedAt = performance.now();
    if (traffic.kind === 'presence') this.#broadcast();
    else if (traffic.kind === 'paced' || traffic.kind === 'burst') {
      this.#timer = setInterval(() => this.#keepRate(traffic.rate), TICK);
    } else {
      const window = Math.min(traffic.window, (traffic.kind === 'chat' ? traffic.limit : undefined) ?? traffic.window);
      for (const session of this.#sessions) for (let n = 0; n < window; n++) this.#send(session);
    }
    flush();
  }

  /** Send nothing more. */
  stop(): void {
    this.#running = false;
    clearInterval(this.#timer);
  }

  /** Stanzas under way. */
  get missing(): number {
    return this.#sessions.reduce((sum, { flow }) => sum + flow.missing, 0);
  }

  /** @throws Error there is nobody */
  #senderTo(receiver: Session, index: number): Session | undefined {
    if (this.#traffic.kind === 'presence' && index === 0) return undefined; // a server may tell it its own presence
    const sender = {
      ping: receiver,
      chat: this.#sessions[index ^ 1],
      paced: this.#sessions[index ^ 1],
      presence: this.#sessions[0],
      burst: this.#sessions[0],
    }[this.#traffic.kind];
    if (sender === undefined) throw new Error('this load takes an even number of sessions');
    return sender;
  }

  #next(receiver: Session): void {
    const traffic = this.#traffic;
    if (traffic.kind === 'ping') this.#send(receiver);
    else if (traffic.kind === 'presence') {
      if (--this.#count === 0) this.#broadcast();
    } else if (traffic.kind === 'chat') {
      if (traffic.limit === undefined || receiver.flow.counts().sent < traffic.limit) this.#send(receiver);
    }
  }

  #send(receiver: Session): void {
    const { sender } = receiver;
    if (sender === undefined) return;
    const sequence = receiver.sending();
    const own = mark(sender.number, sequence);
    if (this.#traffic.kind === 'ping') {
      sender.write(`<iq type='get' id='${own}' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>`);
      return;
    }
    const type = this.#traffic.kind === 'chat' || this.#traffic.kind === 'paced' ? this.#traffic.type : 'chat';
    const length = this.#traffic.kind === 'presence' ? 0 : this.#traffic.length;
    const id = `${sender.number}-${receiver.number}-${sequence}`;
    const start = `<message to='u${receiver.number}@localhost' type='${type}' id='${id}'><body>${own} `;
    const end = '</body></message>';
    sender.write(
      start +
        'the rain in spain '.repeat(length / 18 + 1).slice(0, Math.max(0, length - start.length - end.length)) +
        end,
    );
  }

  #broadcast(): void {
    const [sender, ...contacts] = this.#sessions;
    if (sender === undefined) return;
    let sequence = 0;
    for (const contact of contacts) sequence = contact.sending();
    this.#count = contacts.length;
    sender.write(`<presence><status>${mark(sender.number, sequence)}</status></presence>`);
  }

  #keepRate(rate: number): void {
    const first = this.#traffic.kind === 'burst' ? 1 : 0;
    const room = this.#traffic.kind === 'burst' ? this.#traffic.window - this.missing : Infinity;
    const due = Math.floor(((performance.now() - this.#startedAt) * rate) / 1000) - this.#count;
    for (let n = Math.min(due, room); n > 0; n--) {
      const receiver = this.#sessions[first + (this.#count++ % (this.#sessions.length - first))];
      if (receiver !== undefined) this.#send(receiver);
    }
    flush();
  }
}
