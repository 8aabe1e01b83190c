/** A client over TCP that logs in, then sends messages and counts those that come. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const HEADER =
  "<?xml version='1.0'?><stream:stream to='localhost' version='1.0' xml:lang='en' xmlns='jabber:client' " +
  "xmlns:stream='http://etherx.jabber.org/streams'>";

const END = Buffer.from('</message>');

/** One connection. */
export class SocketClient {
  readonly #socket: Socket;
  /** What came since the last question, while there are questions. */
  #text: string | undefined = '';
  /** End of the last chunk, in which a message may be cut. */
  #rest: Buffer = Buffer.alloc(0);
  /** Called with the number of messages that came in a chunk. */
  onMessages: (count: number) => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      if (this.#text === undefined) this.#count(chunk);
      else this.#text += chunk.toString('latin1');
    });
  }

  static async connect(port: number): Promise<SocketClient> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return new SocketClient(socket);
  }

  /** Log in, bind the resource, become available. */
  async logIn(name: string, resource: string): Promise<void> {
    await this.#ask(HEADER, '</stream:features>');
    const data = Buffer.from(`\0${name}\0secret`).toString('base64');
    await this.#ask(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${data}</auth>`, '<success');
    await this.#ask(HEADER, '</stream:features>');
    const bind = `<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>${resource}</resource></bind>`;
    await this.#ask(`<iq type='set' id='b'>${bind}</iq>`, '</iq>');
    await this.#ask('<presence/>', '<presence');
  }

  /** From now on, messages are counted and nothing else is expected. */
  startCounting(): void {
    this.#text = undefined;
  }

  send(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  close(): void {
    this.#socket.destroy();
  }

  async #ask(text: string, wanted: string): Promise<void> {
    this.#text = '';
    this.#socket.write(text);
    while (!this.#text.includes(wanted)) await once(this.#socket, 'data', { signal: AbortSignal.timeout(5000) });
  }

  #count(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let count = 0;
    let end = 0;
    for (let at = bytes.indexOf(END); at >= 0; at = bytes.indexOf(END, end)) {
      count++;
      end = at + END.length;
    }
    this.#rest = bytes.subarray(Math.max(end, bytes.length - END.length + 1));
    if (count > 0) this.onMessages(count);
  }
}
