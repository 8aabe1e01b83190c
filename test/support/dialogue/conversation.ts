/** The record of a conversation: who said what, in order. */

interface Entry {
  readonly client: string;
  readonly direction: 'sent' | 'received';
  readonly bytes: string;
}

/** Longest piece that is shown whole. */
const SHOWN = 1_500;

/** All bytes of all clients of one dialogue. */
export class Conversation {
  readonly #entries: Entry[] = [];

  /** Bytes in the order in which they passed. */
  note(client: string, direction: 'sent' | 'received', bytes: Buffer): void {
    this.#entries.push({ client, direction, bytes: bytes.toString('latin1') });
  }

  /** One line a piece; the server's side is to the right of the arrow that points at it. */
  toString(): string {
    const width = Math.max(0, ...this.#entries.map(({ client }) => client.length));
    return this.#entries
      .map(
        ({ client, direction, bytes }) => `${client.padEnd(width)} ${direction === 'sent' ? '→' : '←'} ${show(bytes)}`,
      )
      .join('\n');
  }
}

function show(bytes: string): string {
  const text = bytes.length <= SHOWN ? bytes : `${bytes.slice(0, SHOWN)}… (${bytes.length} bytes)`;
  const decoded = Buffer.from(text, 'latin1').toString();
  const readable = decoded.includes('\uFFFD') ? text : decoded;
  return [...readable].map(showChar).join('');
}

function showChar(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  return code < 0x20 || (code >= 0x7f && code <= 0xff) ? `\\x${code.toString(16).padStart(2, '0')}` : char;
}
