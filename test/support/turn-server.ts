/** A small TURN server on loopback (RFC 8656), for tests. It lends its own address, and knows one client. */
import { createHash, createHmac } from 'node:crypto';
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import {
  ATTRIBUTE,
  TYPE,
  decodeAddress,
  decodeStun,
  encodeAddress,
  encodeStun,
  newMessage,
  type StunMessage,
} from '../../src/app/check/turn/stun-message.ts';

const NONCE = Buffer.from('nonce');
const UNAUTHORIZED = Buffer.from([0, 0, 4, 1, ...Buffer.from('Unauthorized')]);
const SUCCESS = 0x0100;
const ERROR = 0x0110;

/** How it behaves. */
interface Behaviour {
  readonly secret: string;
  readonly realm?: string;
  /** Lends to everybody. */
  readonly open?: boolean;
  /** Takes what is to be relayed, and relays nothing. */
  readonly mute?: boolean;
}

/** A server that runs. */
export class TurnServer {
  readonly #socket: Socket;
  readonly #behaviour: Behaviour;
  readonly port: number;
  /** Packets that were relayed. */
  relayed = 0;

  private constructor(socket: Socket, behaviour: Behaviour) {
    this.#socket = socket;
    this.#behaviour = behaviour;
    this.port = socket.address().port;
    socket.on('message', (packet, from) => this.#received(packet, from));
  }

  static async start(behaviour: Behaviour): Promise<TurnServer> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new TurnServer(socket, behaviour);
  }

  async stop(): Promise<void> {
    this.#socket.close();
    await once(this.#socket, 'close');
  }

  #received(packet: Buffer, from: RemoteInfo): void {
    const message = decodeStun(packet);
    if (message === undefined) return;
    const answer = message.type === TYPE.sendIndication ? this.#relay(message) : this.#answer(message, packet, from);
    if (answer !== undefined) this.#socket.send(encodeStun(answer), from.port, from.address);
  }

  #answer(message: StunMessage, packet: Buffer, from: RemoteInfo): StunMessage {
    const { type, transaction } = message;
    const reply = (kind: number, ...attributes: (readonly [number, Buffer])[]): StunMessage => ({
      type: type | kind,
      transaction,
      attributes: new Map(attributes),
    });
    if (type === TYPE.bindingRequest) return reply(SUCCESS, [ATTRIBUTE.mapped, encodeAddress(from)]);
    const { open = false, realm = 'realm' } = this.#behaviour;
    if (!open && !this.#signed(message, packet)) {
      const said = realm === '' ? [] : [[ATTRIBUTE.realm, Buffer.from(realm)] as const];
      return reply(ERROR, [ATTRIBUTE.error, UNAUTHORIZED], [ATTRIBUTE.nonce, NONCE], ...said);
    }
    if (type !== TYPE.allocateRequest) return reply(SUCCESS);
    return reply(SUCCESS, [ATTRIBUTE.relayed, encodeAddress({ address: '127.0.0.1', port: this.port })]);
  }

  /** Is it signed with a password made of the secret (RFC 8489 §9.2.2)? */
  #signed({ attributes }: StunMessage, packet: Buffer): boolean {
    const user = attributes.get(ATTRIBUTE.username)?.toString();
    const integrity = attributes.get(ATTRIBUTE.integrity);
    if (user === undefined || integrity === undefined || Number(user) * 1000 < Date.now()) return false;
    const password = createHmac('sha1', this.#behaviour.secret).update(user).digest('base64');
    const realm = attributes.get(ATTRIBUTE.realm)?.toString() ?? '127.0.0.1';
    const key = createHash('md5').update(`${user}:${realm}:${password}`).digest();
    return createHmac('sha1', key).update(packet.subarray(0, -24)).digest().equals(integrity);
  }

  /** What the one it is for would answer. */
  #relay({ attributes, transaction }: StunMessage): StunMessage | undefined {
    const question = decodeStun(attributes.get(ATTRIBUTE.data) ?? Buffer.alloc(0));
    const peer = decodeAddress(attributes.get(ATTRIBUTE.peer), transaction);
    if (this.#behaviour.mute === true || question === undefined || peer === undefined) return undefined;
    this.relayed++;
    const seen = encodeAddress({ address: '127.0.0.1', port: this.port });
    const answer = {
      type: TYPE.bindingSuccess,
      transaction: question.transaction,
      attributes: new Map([[ATTRIBUTE.mapped, seen]]),
    };
    return newMessage(TYPE.dataIndication, [[ATTRIBUTE.data, encodeStun(answer)]]);
  }
}
