/** The record of a conversation: who said what, in order. */

interface Entry {
  readonly client: string;
  readonly arrow: '→' | '←' | '·';
  readonly text: string;
}

/** Longest piece that is shown whole. */
const SHOWN = 1_500;

/** All bytes of all clients of one dialogue. */
export class Conversation {
  #entries: Entry[] = [];

  /** Bytes in the order in which they passed. */
  note(client: string, direction: 'sent' | 'received', bytes: Buffer): void {
    this.#entries.push({ client, arrow: direction === 'sent' ? '→' : '←', text: show(bytes.toString('latin1')) });
  }

  /** Everything that this client said and heard so far went well, and in short was this. */
  sumUp(client: string, text: string): void {
    const others = this.#entries.filter((entry) => entry.client !== client);
    this.#entries = [...others, { client, arrow: '·', text }];
  }

  /** One line a piece: `→` to the server, `←` from it. */
  toString(): string {
    const width = Math.max(0, ...this.#entries.map(({ client }) => client.length));
    return this.#entries.map(({ client, arrow, text }) => `${client.padEnd(width)} ${arrow} ${text}`).join('\n');
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
