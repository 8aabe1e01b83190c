/** A client that logs in and from then on reads a few bytes a second, or none. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { PASSWORD } from '../../bench/servers/accounts.ts';
import { streamHeader } from '../support/dialogue/login.ts';
import { DOMAIN } from './server-process.ts';

/** Bytes of one read. */
const PIECE = 1024;

/** One connection. */
export class SlowReader {
  readonly #socket: Socket;
  readonly #timer: NodeJS.Timeout;

  private constructor(socket: Socket, perSecond: number) {
    this.#socket = socket;
    this.#timer = setInterval(() => perSecond > 0 && socket.resume(), (1000 * PIECE) / Math.max(1, perSecond));
  }

  /**
   * Log in, all in one go.
   * @param perSecond bytes that it reads
   * @throws Error it is not let in
   */
  static async open(port: number, user: string, resource: string, perSecond: number): Promise<SlowReader> {
    const { promise, resolve } = Promise.withResolvers<string>();
    let text = '';
    const take = (count: number, bytes: Uint8Array): boolean => {
      if (text === 'bound') return false;
      text += Buffer.from(bytes.subarray(0, count)).toString('latin1');
      if (!text.includes(`/${resource}</jid>`) && !text.includes('</stream:stream>')) return true;
      resolve(text);
      text = 'bound';
      return false;
    };
    const onread = { buffer: Buffer.alloc(PIECE), callback: take };
    const socket = connect({ port, host: '127.0.0.1', onread });
    socket.on('error', () => undefined); // it is cut
    await once(socket, 'connect');
    const proof = Buffer.from(`\0${user}\0${PASSWORD}`).toString('base64');
    const auth = `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${proof}</auth>`;
    const bind = `<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>${resource}</resource></bind>`;
    const header = streamHeader(DOMAIN);
    socket.write(`${header}${auth}${header}<iq type='set' id='bind'>${bind}</iq>`);
    const answer = await promise;
    if (!answer.includes('</jid>')) throw new Error(`not let in: ${answer}`);
    return new SlowReader(socket, perSecond);
  }

  send(xml: string): void {
    this.#socket.write(xml);
  }

  destroy(): void {
    clearInterval(this.#timer);
    this.#socket.destroy();
  }
}
