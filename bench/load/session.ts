/** A client that has logged in: what comes to it is checked and counted, what it sends is gathered and written at once. */
import type { Connection } from './connection.ts';
import { FlowCheck } from './flow-check.ts';
import { MarkReader } from './marks.ts';

/** Times of sending that are remembered, a power of two; no traffic has more under way to one receiver. */
const REMEMBERED = 4096;

/** Told of a stanza that came as it should: the receiver, and when it was sent (ms, as `performance.now()`). */
type Came = (receiver: Session, sentAt: number) => void;

/** One session. */
export class Session {
  /** Its account is `u<number>`. */
  readonly number: number;
  readonly connection: Connection;
  /** What is sent to it, by `sender` alone, since `expect`. */
  flow = new FlowCheck();
  sender: Session | undefined;
  #came: Came = () => undefined;
  readonly #sentAt = new Float64Array(REMEMBERED);
  #unwritten = '';
  /** Stanzas that came since acknowledgements were enabled. */
  #handled = 0;
  readonly #reader = new MarkReader((sender, sequence) => this.#receive(sender, sequence));

  constructor(number: number, connection: Connection) {
    this.number = number;
    this.connection = connection;
    this.listen();
  }

  /** Take what comes, from now on. */
  listen(): void {
    this.connection.listen((chunk) => {
      const requests = this.#reader.read(chunk);
      if (requests > 0) this.connection.write(`<a xmlns='urn:xmpp:sm:3' h='${this.#handled}'/>`.repeat(requests));
      flush();
    });
  }

  /** Begin anew: who sends to it (without anybody, what comes is not looked at), and who is told of what comes. */
  expect(sender: Session | undefined, came: Came): void {
    this.flow = new FlowCheck();
    this.sender = sender;
    this.#came = came;
  }

  /** Note that something is sent to it now. @returns its number */
  sending(): number {
    const sequence = this.flow.send();
    this.#sentAt[sequence & (REMEMBERED - 1)] = performance.now();
    return sequence;
  }

  /** Send it with the next `flush`. */
  write(text: string): void {
    if (this.#unwritten === '') dirty.push(this);
    this.#unwritten += text;
  }

  /** Hand what was gathered to the operating system. */
  writeOut(): void {
    const text = this.#unwritten;
    this.#unwritten = '';
    if (this.connection.open) this.connection.write(text);
  }

  #receive(sender: number, sequence: number): void {
    this.#handled++;
    if (this.sender === undefined) return;
    if (sender !== this.sender.number) return this.flow.stray();
    const sentAt = this.#sentAt[sequence & (REMEMBERED - 1)] ?? 0;
    if (this.flow.receive(sequence)) this.#came(this, sentAt);
  }
}

/** Sessions that have something to write. */
const dirty: Session[] = [];

/** Write everything that sessions gathered. */
export function flush(): void {
  for (const session of dirty) session.writeOut();
  dirty.length = 0;
}
