/** Events on their way to somebody who may read slowly. */
import type { Socket } from 'node:net';

/** Bytes that wait for the reader; more is dropped. */
const MAX_WAITING = 256 * 1024;

/** Writes events to a socket, never more than it takes. */
export class EventOutlet {
  readonly #socket: Socket;
  readonly #say: (event: Readonly<Record<string, unknown>>) => void;
  #dropped = 0;

  constructor(socket: Socket, say: (event: Readonly<Record<string, unknown>>) => void) {
    this.#socket = socket;
    this.#say = say;
  }

  /** Write an event, or count it as dropped; how many were is told before the next one that is written. */
  readonly write = (event: Readonly<Record<string, unknown>>): void => {
    if (this.#socket.writableLength > MAX_WAITING) {
      this.#dropped++;
      return;
    }
    if (this.#dropped > 0) this.#say({ dropped: this.#dropped });
    this.#dropped = 0;
    this.#say(event);
  };
}
