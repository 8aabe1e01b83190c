/** The first message of a TLS handshake (RFC 8446 §4.1.2), as far as it says which host the client wants. */

const HANDSHAKE_RECORD = 22;
const CLIENT_HELLO = 1;
const SERVER_NAME = 0;
const HOST_NAME = 0;
const RECORD_HEADER = 5;
const MESSAGE_HEADER = 4;
const RANDOM = 32;
/** One in more records is not put together. */
const MAX_RECORDS = 8;
/** Longer ones are not waited for. */
const MAX_BYTES = 16_384;

/**
 * The name that a client asks for (RFC 6066 §3), `undefined` if it asks for none or what it says is no TLS; `incomplete`
 * where more has to be read to know.
 * @param input everything that has come in
 */
export function requestedName(input: Buffer): { readonly name: string | undefined } | 'incomplete' {
  const message = firstMessage(input);
  if (message === undefined) return input.length < MAX_BYTES ? 'incomplete' : { name: undefined };
  try {
    return { name: message[0] === CLIENT_HELLO ? nameIn(new Reader(message, MESSAGE_HEADER)) : undefined };
  } catch (error) {
    if (error instanceof RangeError) return { name: undefined }; // lengths that lead nowhere: for the engine to refuse
    throw error;
  }
}

/**
 * The first handshake message, put together from its records; empty if it is none, `undefined` if it is not all there.
 * Done anew whenever some more comes in, so it must not take long.
 */
function firstMessage(input: Buffer): Buffer | undefined {
  const message = Buffer.alloc(input.length);
  let length = 0;
  for (let at = 0, records = 1; ; records++) {
    if (records > MAX_RECORDS || (at < input.length && input[at] !== HANDSHAKE_RECORD)) return Buffer.alloc(0);
    if (at + RECORD_HEADER > input.length) return undefined;
    const end = at + RECORD_HEADER + input.readUInt16BE(at + 3);
    length += input.copy(message, length, at + RECORD_HEADER, end);
    if (length >= MESSAGE_HEADER && length >= MESSAGE_HEADER + message.readUIntBE(1, 3)) {
      return message.subarray(0, length);
    }
    if (end > input.length) return undefined;
    at = end;
  }
}

function nameIn(hello: Reader): string | undefined {
  hello.skip(2 + RANDOM);
  hello.block(1); // session id
  hello.block(2); // cipher suites
  hello.block(1); // compression methods
  if (hello.atEnd) return undefined;
  const extensions = hello.block(2);
  while (!extensions.atEnd) {
    const type = extensions.number(2);
    const extension = extensions.block(2);
    if (type !== SERVER_NAME) continue;
    const names = extension.block(2);
    return names.number(1) === HOST_NAME ? names.block(2).text() : undefined;
  }
  return undefined;
}

/** Goes through bytes. @throws RangeError there are not as many as there should be */
class Reader {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  skip(count: number): void {
    this.#at += count;
  }

  number(size: number): number {
    const value = this.#bytes.readUIntBE(this.#at, size);
    this.#at += size;
    return value;
  }

  /** What follows a length of that many bytes. */
  block(size: number): Reader {
    const length = this.number(size);
    if (this.#at + length > this.#bytes.length) throw new RangeError('cut off');
    const block = new Reader(this.#bytes.subarray(this.#at, this.#at + length));
    this.#at += length;
    return block;
  }

  text(): string {
    return this.#bytes.toString('latin1', this.#at);
  }
}
