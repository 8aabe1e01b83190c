/**
 * A client of TLS 1.3 that sends KeyUpdates (RFC 8446 §4.6.3), as many as it likes, which Node has no call for: it does the
 * handshake, and from then on the records are made here, by the secret that Node logs for debugging.
 */
import { createCipheriv, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';

const KEY_BYTES = 16;
const IV_BYTES = 12;
const SECRET_BYTES = 32;

/** Types of content (RFC 8446 §5.1), and the message: update_requested asks the other side to change its key too. */
const APPLICATION_DATA = 23;
const HANDSHAKE = 22;
const KEY_UPDATE = Buffer.from([24, 0, 0, 1, 1]);

/** See the file's comment. */
export class KeyUpdateClient {
  readonly socket: Socket;
  readonly #begin: number;
  #secret: Uint8Array;
  #key: Uint8Array = Buffer.alloc(0);
  #iv: Uint8Array = Buffer.alloc(0);
  #sequence = 0;

  private constructor(socket: Socket, secret: Buffer) {
    this.socket = socket;
    this.#begin = socket.bytesRead;
    this.#secret = secret;
    this.#derive();
  }

  /** Connect by direct TLS. */
  static async connect(port: number): Promise<KeyUpdateClient> {
    const socket = connectTcp(port, '127.0.0.1');
    await once(socket, 'connect');
    const options = { servername: 'localhost', rejectUnauthorized: false, minVersion: 'TLSv1.3' } as const;
    const secure = connect({ socket, ...options, ciphers: 'TLS_AES_128_GCM_SHA256' });
    let secret = '';
    secure.on('keylog', (line: Buffer) => {
      const [label, , value = ''] = line.toString().trim().split(' ');
      if (label === 'CLIENT_TRAFFIC_SECRET_0') secret = value;
    });
    secure.on('error', () => undefined);
    await once(secure, 'session'); // a ticket: the server has all of the handshake
    return new KeyUpdateClient(socket, Buffer.from(secret, 'hex'));
  }

  /** When that many bytes of records have come since the handshake. */
  async received(bytes: number): Promise<void> {
    while (this.socket.bytesRead - this.#begin < bytes) await sleep(5);
  }

  /** That many KeyUpdates, each with the key that the one before it brought. */
  updates(count: number): Buffer {
    const records: Buffer[] = [];
    for (let n = 0; n < count; n++) {
      records.push(this.#record(KEY_UPDATE, HANDSHAKE));
      this.#secret = this.#expand('traffic upd', SECRET_BYTES);
      this.#derive();
    }
    return Buffer.concat(records);
  }

  /** Text as a record. */
  text(text: string): Buffer {
    return this.#record(Buffer.from(text), APPLICATION_DATA);
  }

  #record(content: Buffer, type: number): Buffer {
    const inner = Buffer.concat([content, Buffer.from([type])]);
    const header = Buffer.from([APPLICATION_DATA, 3, 3, 0, 0]);
    header.writeUInt16BE(inner.length + 16, 3);
    const nonce = Buffer.from(this.#iv);
    nonce.writeUInt32BE((nonce.readUInt32BE(IV_BYTES - 4) ^ this.#sequence++) >>> 0, IV_BYTES - 4);
    const cipher = createCipheriv('aes-128-gcm', this.#key, nonce).setAAD(header);
    return Buffer.concat([header, cipher.update(inner), cipher.final(), cipher.getAuthTag()]);
  }

  #derive(): void {
    this.#key = this.#expand('key', KEY_BYTES);
    this.#iv = this.#expand('iv', IV_BYTES);
    this.#sequence = 0;
  }

  /** HKDF-Expand-Label (RFC 8446 §7.1), which for lengths of one hash is one HMAC. */
  #expand(label: string, length: number): Uint8Array {
    const name = Buffer.from(`tls13 ${label}`);
    const info = Buffer.concat([Buffer.from([0, length, name.length]), name, Buffer.from([0, 1])]);
    return createHmac('sha256', this.#secret).update(info).digest().subarray(0, length);
  }
}
