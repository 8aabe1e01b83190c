/**
 * Work put off to the end of the loop turn, when the sockets that had something were read: first input that had to wait,
 * then output. What many senders wrote to one connection in between leaves it in one write.
 */

/** A connection with input waiting. Must not throw. */
export interface Readable {
  readWaiting(): void;
}

/** A connection with output waiting. Must not throw. */
export interface Flushable {
  flush(): void;
}

let readers: Readable[] = [];
let writers: Flushable[] = [];
let scheduled = false;

/** Call its `readWaiting` once at the end of this turn. */
export function readLater(reader: Readable): void {
  readers.push(reader);
  schedule();
}

/** Call its `flush` once at the end of this turn. */
export function flushLater(writer: Flushable): void {
  writers.push(writer);
  schedule();
}

function schedule(): void {
  if (scheduled) return;
  scheduled = true;
  setImmediate(endTurn);
}

function endTurn(): void {
  const reading = readers;
  readers = [];
  for (const reader of reading) reader.readWaiting();
  const writing = writers;
  writers = [];
  for (const writer of writing) writer.flush();
  scheduled = false;
  if (readers.length + writers.length > 0) schedule();
}
