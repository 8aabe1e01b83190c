/** What a client was sent and has not acknowledged (XEP-0198 v1.6.3 §4). */
import { Ring } from '../../util/ring.ts';
import type { Stanza } from '../../xml/stanza.ts';
import { H_RANGE } from './protocol.ts';

/** A stanza that must not be lost. */
export interface Unacked {
  readonly stanza: Stanza;
  /** When it was sent: microseconds since 1970. */
  readonly when: number;
  /** Its number among all stanzas sent, from 1 on. */
  readonly number: number;
}

/** Counts all stanzas sent, and keeps those that matter until they are acknowledged. */
export class UnackedQueue {
  #sent: number;
  #acked: number;
  #bytes = 0;
  readonly #kept = new Ring<Unacked>();

  /** @param start how many stanzas were sent and acknowledged before */
  constructor(start = 0) {
    this.#sent = start;
    this.#acked = start;
  }

  /** Stanzas sent that are not acknowledged. */
  get count(): number {
    return this.#sent - this.#acked;
  }

  /** Stanzas sent in all. */
  get total(): number {
    return this.#sent;
  }

  /** The same as counted on the wire. */
  get sent(): number {
    return this.#sent % H_RANGE;
  }

  /** Stanzas kept, and their bytes. */
  get length(): number {
    return this.#kept.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** A stanza was sent; it is kept if `keep`. */
  push(stanza: Stanza, when: number, keep: boolean): void {
    this.#sent++;
    if (!keep) return;
    this.#kept.push({ stanza, when, number: this.#sent });
    this.#bytes += stanza.bytes;
  }

  /** The client has handled `h` stanzas, modulo 2^32. False if that cannot be: nothing is changed then. */
  acknowledge(h: number): boolean {
    const more = (((h - this.#acked) % H_RANGE) + H_RANGE) % H_RANGE;
    if (more > this.count) return false;
    this.#acked += more;
    for (let first = this.#kept.first; first !== undefined && first.number <= this.#acked; first = this.#kept.first) {
      this.#kept.shift();
      this.#bytes -= first.stanza.bytes;
    }
    return true;
  }

  /** Takes out everything that is kept, oldest first. */
  takeAll(): Unacked[] {
    const all: Unacked[] = [];
    for (let next = this.#kept.shift(); next !== undefined; next = this.#kept.shift()) all.push(next);
    this.#bytes = 0;
    return all;
  }
}
