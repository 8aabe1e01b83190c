// Uses `?? 0` on typed arrays read at indices that exist by construction: the compiler cannot know it.
/**
 * Deadlines for very many things on one timer (hashed timing wheel).
 *
 * An entry is an integer into arrays shared by all, so that a connection costs 12 bytes here and no closure, and setting,
 * moving or removing its deadline takes the same few steps however many others there are. Time in which the process did
 * not run does not count: after a freeze nobody is late who had no chance to be in time.
 */

/** Told that its deadline has passed. Must not throw. */
export interface Expirable {
  expired(): void;
}

/** Duration of a tick and number of slots. A deadline further away than all slots is passed over once a revolution. */
const TICK = 250;
const SLOTS = 512;
/** Ticks at most that one call makes up for. */
const MOST_TICKS = 8;
const NONE = -1;

/** Deadlines in milliseconds from now, never early, late by up to a quarter of a second. */
export class TimingWheel {
  readonly #now: () => number;
  /** First entry of each slot. */
  readonly #heads = new Int32Array(SLOTS).fill(NONE);
  /** Neighbours of an entry in its slot. */
  #next = new Int32Array(64).fill(NONE);
  #previous = new Int32Array(64).fill(NONE);
  /** Tick at which an entry expires; zero while it has no deadline. */
  #due = new Int32Array(64);
  readonly #owners: (Expirable | undefined)[] = [];
  readonly #free: number[] = [];
  /** Entries found due in a turn. */
  readonly #found: number[] = [];
  #armed = 0;
  /** The last tick that was processed. Starts at one: a `due` of zero means none. */
  #tick = 1;
  /** When that tick was, by the clock. */
  #at = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param now a clock in milliseconds that never goes back */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Entries that have a deadline. */
  get armed(): number {
    return this.#armed;
  }

  /** A new entry, without deadline yet. Give it back with `remove`. */
  add(owner: Expirable): number {
    const entry = this.#free.pop() ?? this.#owners.length;
    if (entry === this.#due.length) this.#grow();
    this.#owners[entry] = owner;
    return entry;
  }

  /** Give an entry back; its number may then be somebody else's. */
  remove(entry: number): void {
    this.disarm(entry);
    this.#owners[entry] = undefined;
    this.#free.push(entry);
  }

  /** Set or move the deadline to that many milliseconds from now. */
  arm(entry: number, ms: number): void {
    this.disarm(entry);
    if (this.#timer === undefined) this.#start();
    const behind = Math.min(this.#now() - this.#at, MOST_TICKS * TICK);
    this.#due[entry] = this.#tick + Math.max(1, Math.ceil((behind + ms) / TICK));
    this.#link(entry);
    this.#armed++;
  }

  /** Take the deadline away. */
  disarm(entry: number): void {
    if (this.#due[entry] === 0) return;
    this.#unlink(entry);
    this.#due[entry] = 0;
    this.#armed--;
  }

  /** Call whoever is due by now. The wheel's own timer does this. */
  advance(): void {
    const elapsed = Math.floor((this.#now() - this.#at) / TICK);
    this.#at += elapsed * TICK;
    for (let i = Math.min(elapsed, MOST_TICKS); i > 0; i--) this.#turn();
    if (this.#armed === 0) this.#stop();
  }

  #turn(): void {
    const tick = ++this.#tick;
    const found = this.#found;
    for (let entry = this.#heads[tick % SLOTS] ?? NONE; entry !== NONE; entry = this.#next[entry] ?? NONE) {
      if ((this.#due[entry] ?? 0) <= tick) found.push(entry);
    }
    for (const entry of found) {
      const due = this.#due[entry] ?? 0;
      if (due === 0 || due > tick) continue; // moved or removed by one that came before
      this.disarm(entry);
      this.#owners[entry]?.expired();
    }
    found.length = 0;
  }

  #link(entry: number): void {
    const slot = (this.#due[entry] ?? 0) % SLOTS;
    const head = this.#heads[slot] ?? NONE;
    this.#next[entry] = head;
    this.#previous[entry] = NONE;
    if (head !== NONE) this.#previous[head] = entry;
    this.#heads[slot] = entry;
  }

  #unlink(entry: number): void {
    const next = this.#next[entry] ?? NONE;
    const previous = this.#previous[entry] ?? NONE;
    if (next !== NONE) this.#previous[next] = previous;
    if (previous !== NONE) this.#next[previous] = next;
    else this.#heads[(this.#due[entry] ?? 0) % SLOTS] = next;
  }

  #grow(): void {
    const size = this.#due.length * 2;
    const next = new Int32Array(size).fill(NONE);
    const previous = new Int32Array(size).fill(NONE);
    const due = new Int32Array(size);
    next.set(this.#next);
    previous.set(this.#previous);
    due.set(this.#due);
    this.#next = next;
    this.#previous = previous;
    this.#due = due;
  }

  #start(): void {
    this.#at = this.#now();
    this.#timer = setInterval(() => this.advance(), TICK);
    this.#timer.unref();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
