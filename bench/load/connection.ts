/** A client's connection that logs in by looking for markers in what comes, and then hands bytes on. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { ScramClient, type Hash } from './scram.ts';

/** How the stream is encrypted. */
export type Security = 'none' | 'starttls' | 'direct';

/** How the password is proven. */
export type Mechanism = 'PLAIN' | 'SCRAM-SHA-1' | 'SCRAM-SHA-256';

/** What a session asks for. */
export interface LoginOptions {
  readonly port: number;
  readonly security: Security;
  readonly mechanism: Mechanism;
  /** Ask for copies of what other resources send and receive (XEP-0280). */
  readonly carbons: boolean;
  /** Ask for acknowledgements (XEP-0198), without resumption. */
  readonly acks: boolean;
}

/** Milliseconds for one step of a login. */
const PATIENCE = 60_000;

const HEADER =
  "<?xml version='1.0'?><stream:stream to='localhost' version='1.0' xmlns='jabber:client' " +
  "xmlns:stream='http://etherx.jabber.org/streams'>";
const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';

/** One connection. */
export class Connection {
  #socket: Socket;
  #text = '';
  #came: () => void = () => undefined;
  /** Where bytes go once nobody asks any more; `undefined` while there are questions. */
  #receive: ((chunk: Buffer) => void) | undefined;
  #broken: Error | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#listen();
  }

  /**
   * Connect, log in and become available.
   * @throws Error what the server refused, or did not answer
   */
  static async open(user: string, password: string, options: LoginOptions): Promise<Connection> {
    const socket = connect({ port: options.port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    const connection = new Connection(socket);
    try {
      await connection.#logIn(user, password, options);
    } catch (error) {
      connection.close();
      throw error;
    }
    connection.#receive = () => undefined;
    connection.#text = '';
    return connection;
  }

  /** From now on, `receive` gets what comes. */
  listen(receive: (chunk: Buffer) => void): void {
    this.#receive = receive;
  }

  /** Send text of one-byte characters. */
  write(text: string): void {
    this.#socket.write(text, 'latin1');
  }

  /** Is it still open? */
  get open(): boolean {
    return this.#broken === undefined;
  }

  close(): void {
    this.#broken ??= new Error('closed');
    this.#socket.destroy();
  }

  #listen(): void {
    this.#socket.on('data', (chunk: Buffer) => {
      if (this.#receive !== undefined) return this.#receive(chunk);
      this.#text += chunk.toString('latin1');
      this.#came();
    });
    const broken = (error: Error): void => {
      this.#broken ??= error;
      this.#came();
    };
    this.#socket.on('error', broken);
    this.#socket.on('close', () => broken(new Error('the server closed the connection')));
  }

  async #logIn(user: string, password: string, options: LoginOptions): Promise<void> {
    if (options.security === 'direct') await this.#encrypt();
    await this.ask(HEADER, '</stream:features>');
    if (options.security === 'starttls') {
      await this.ask("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", '<proceed');
      await this.#encrypt();
      await this.ask(HEADER, '</stream:features>');
    }
    await this.#authenticate(user, password, options.mechanism);
    await this.ask(HEADER, '</stream:features>');
    const bind = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>load</resource></bind>";
    await this.ask(`<iq type='set' id='bind'>${bind}</iq>`, '</iq>');
    if (options.carbons) await this.ask("<iq type='set' id='c'><enable xmlns='urn:xmpp:carbons:2'/></iq>", '<iq');
    await this.ask('<presence/>', '<presence');
    if (options.acks) await this.ask("<enable xmlns='urn:xmpp:sm:3'/>", '<enabled');
  }

  async #encrypt(): Promise<void> {
    const plain = this.#socket;
    plain.removeAllListeners();
    // Not every server knows the newer key exchanges, which cost memory.
    const options = { servername: 'localhost', rejectUnauthorized: false, ecdhCurve: 'X25519' };
    this.#socket = connectTls({ socket: plain, ...options });
    this.#listen();
    await once(this.#socket, 'secureConnect', { signal: AbortSignal.timeout(PATIENCE) });
  }

  async #authenticate(user: string, password: string, mechanism: Mechanism): Promise<void> {
    const auth = (data: string): string => `<auth xmlns='${NS_SASL}' mechanism='${mechanism}'>${encoded(data)}</auth>`;
    if (mechanism === 'PLAIN') {
      await this.ask(auth(`\0${user}\0${password}`), '<success');
      return;
    }
    const hash: Hash = mechanism === 'SCRAM-SHA-1' ? 'SHA-1' : 'SHA-256';
    const client = new ScramClient(hash, user, password);
    const answer = await this.ask(auth(client.first()), '</challenge>');
    const challenge = /<challenge[^>]*>([^<]*)</.exec(answer)?.[1] ?? '';
    const final = client.final(Buffer.from(challenge, 'base64').toString());
    await this.ask(`<response xmlns='${NS_SASL}'>${encoded(final)}</response>`, '<success');
  }

  /**
   * Say `text`, and wait until `wanted` comes. What comes is not handed on meanwhile, nor afterwards until `listen`.
   * @throws Error the server refused, or did not answer
   */
  async ask(text: string, wanted: string): Promise<string> {
    this.#receive = undefined;
    this.#text = '';
    if (text !== '') this.write(text);
    const deadline = Date.now() + PATIENCE;
    while (!this.#text.includes(wanted)) {
      if (this.#broken !== undefined) throw this.#broken;
      if (/<failure|<stream:error/.test(this.#text)) throw new Error(`refused: ${this.#text}`);
      await this.#more(deadline - Date.now());
    }
    return this.#text;
  }

  async #more(patience: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`nothing more came after ${this.#text}`)), patience);
      this.#came = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#came = () => undefined;
  }
}

function encoded(text: string): string {
  return Buffer.from(text).toString('base64');
}
