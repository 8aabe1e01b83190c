/**
 * What a server's system calls say about the order of disk and network, from the output of
 * `strace -f -yy -s 100000 -e trace=read,write,writev,pwrite64,fdatasync,fsync`.
 *
 * Every message and change of the load carries a mark of its own, such as `u0ax17x` or `u0av17x`. A mark is *written*
 * when it was handed to the file of the log or to the database, and *durable* when a sync of that file, or the answer to
 * a COMMIT, has come back after that.
 */

/** Where things happen, as strace names file descriptors. */
export interface Places {
  /** The port that clients connect to. */
  readonly port: number;
  /** End of the name of the log file, or the port of the database. */
  readonly durable: { readonly file: string } | { readonly port: number };
}

/** What was found. */
export interface Order {
  /** Deliveries, results and counted stanzas that were looked at. */
  readonly looked: number;
  /** Those that left before what they tell was durable. */
  readonly early: readonly string[];
  /** Bytes of the log file that were synced, at the end. */
  readonly synced: number;
}

const MARK = /(?<=['"=>])u\d+[ab][xv]\d+x/g;
const STANZA = /<(message|presence|iq)[ >][^]*?(?:<\/\1>|(?<=<presence)\/>)/g;
const CALL = /^(\d+) +(\w+)\((\d+)<([^]*?)>(?=[,)]| <unf)/;

/** Read a trace. */
export function checkOrder(trace: string, { port, durable }: Places): Order {
  const written = new Set<string>();
  const done = new Set<string>();
  const early: string[] = [];
  const inputs = new Map<string, Input>();
  /** Of each thread: what its unfinished sync covers, and where its unfinished read reads. */
  const syncing = new Map<string, { marks: string[]; length: number }>();
  const reading = new Map<string, string>();
  let length = 0;
  let synced = 0;
  let looked = 0;
  const settle = (marks: Iterable<string>): void => {
    for (const mark of marks) done.add(mark);
  };
  const isClient = (place: string): boolean => place.startsWith('TCP:[') && place.includes(`:${port}->`);
  const isDurable = (place: string): boolean =>
    'file' in durable ? place.endsWith(durable.file) : place.startsWith('TCP:[') && place.endsWith(`:${durable.port}]`);
  const readDone = (place: string, line: string): void => {
    if (isDurable(place) && 'port' in durable && /C\\0\\0\\0\\vCOMMIT/.test(line)) {
      settle(written);
      written.clear();
    } else if (isClient(place)) (inputs.get(place) ?? newInput(inputs, place)).add(unescape(line));
  };
  for (const line of trace.split('\n')) {
    const resumed = /^(\d+) +<\.\.\. (\w+) resumed>/.exec(line);
    if (resumed !== null) {
      const [, thread = '', call = ''] = resumed;
      const sync = syncing.get(thread);
      if (call.endsWith('sync') && sync !== undefined) {
        syncing.delete(thread);
        settle(sync.marks);
        synced = sync.length;
      } else if (call === 'read') readDone(reading.get(thread) ?? '', line);
      continue;
    }
    const [, thread = '', call = '', , place = ''] = CALL.exec(line) ?? [];
    const unfinished = line.endsWith('<unfinished ...>');
    if (call === 'read') {
      if (unfinished) reading.set(thread, place);
      else readDone(place, line);
    } else if (call.endsWith('sync') && isDurable(place)) {
      if (unfinished) syncing.set(thread, { marks: [...written], length });
      else {
        settle(written);
        synced = length;
      }
      written.clear();
    } else if (call.includes('write') && isDurable(place)) {
      for (const mark of withHex(line).match(MARK_ANYWHERE) ?? []) written.add(mark);
      const [, size, offset] = /, (\d+), (\d+)(?:\)| <unf)/.exec(line) ?? [];
      if (Number(offset) === 0) length = 0; // the log begins anew
      length = Math.max(length, Number(offset) + Number(size));
    } else if (call.includes('write') && isClient(place)) {
      const output = unescape(line);
      const told = [...(output.match(MARK) ?? []), ...(inputs.get(place)?.counted(output) ?? [])];
      for (const mark of told) {
        looked++;
        if (!done.has(mark)) early.push(mark);
      }
    }
  }
  return { looked, early, synced };
}

const MARK_ANYWHERE = /u\d+[ab][xv]\d+x/g;

/** What a client sent since it asked for acknowledgements, as marks or their absence. */
class Input {
  #text = '';
  #enabled = false;
  readonly #marks: (string | undefined)[] = [];
  readonly #results = new Map<string, string>();
  #counted = 0;

  add(text: string): void {
    this.#text += text;
    if (!this.#enabled) {
      const at = this.#text.indexOf('<enable');
      if (at < 0) return;
      this.#enabled = true;
      this.#text = this.#text.slice(at);
    }
    let end = 0;
    for (const match of this.#text.matchAll(STANZA)) {
      end = match.index + match[0].length;
      const [mark] = match[0].match(MARK) ?? [];
      this.#marks.push(mark);
      const id = /^<iq[^>]*? id='([^']+)'/.exec(match[0])?.[1];
      if (id !== undefined && mark !== undefined) this.#results.set(id, mark);
    }
    this.#text = this.#text.slice(end);
  }

  /** Marks of what an output acknowledges: by a count, or by a result. */
  counted(output: string): string[] {
    const told: string[] = [];
    for (const [, h] of output.matchAll(/<a [^>]*?h=['"](\d+)/g)) {
      for (const mark of this.#marks.slice(this.#counted, Number(h))) if (mark !== undefined) told.push(mark);
      this.#counted = Number(h);
    }
    for (const [iq, id = ''] of output.matchAll(/<iq [^>]*?id=['"]([^'"]+)['"][^>]*>/g)) {
      const mark = this.#results.get(id);
      if (mark !== undefined && /type=['"]result/.test(iq)) told.push(mark);
    }
    return told;
  }
}

function newInput(inputs: Map<string, Input>, place: string): Input {
  const input = new Input();
  inputs.set(place, input);
  return input;
}

/** With the text of what PostgreSQL is sent as hexadecimal digits. */
function withHex(line: string): string {
  return line.replace(/(?:[0-9a-f]{2}){20,}/g, (digits) => Buffer.from(digits, 'hex').toString('latin1'));
}

/** Quotes as they are; other escapes do not matter. */
function unescape(line: string): string {
  return line.replaceAll('\\"', '"');
}
