/** Tries a TURN server: a binding, an allocation with the shared secret, and where it is wanted a relayed packet. */
import { createHash, createHmac } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ATTRIBUTE,
  TYPE,
  decodeAddress,
  decodeStun,
  encodeAddress,
  encodeStun,
  errorOf,
  newMessage,
  type Endpoint,
  type StunMessage,
} from './stun-message.ts';

/** Milliseconds for one answer, unless told otherwise, and after which the question is sent again: packets get lost. */
const PATIENCE = 4000;
const AGAIN = 1000;

/** Seconds for which the name made of the secret is good. */
const LIFE = 600;

const UDP = Buffer.from([17, 0, 0, 0]);

/** A server and what it shares with us. */
export interface TurnService {
  readonly host: string;
  readonly port: number;
  readonly secret: string;
}

/** How far it came. */
export interface TurnOutcome {
  /** What was wrong; absent where everything works. */
  readonly problem?: { readonly step: 'binding' | 'open' | 'allocation' | 'relay'; readonly text: string };
  /** Our address as the server sees it. */
  readonly mapped?: Endpoint;
  /** The address that it lends. */
  readonly relayed?: Endpoint;
  /** Does it ask who we are, with all that is needed to answer? */
  readonly asks?: boolean;
  /** The relayed address as the one who was pinged sees it. */
  readonly seen?: Endpoint;
}

/** Who we are to the server. */
interface Login {
  readonly attributes: readonly (readonly [number, Buffer])[];
  readonly key: Buffer;
}

/** What is wanted besides. */
export interface TurnWishes {
  /** Who is to answer through the server: a STUN server. */
  readonly ping?: { readonly host: string; readonly port: number } | undefined;
  /** Milliseconds for each answer. */
  readonly patience?: number;
}

/** Where we ask, and how long we wait. */
interface Line {
  readonly socket: Socket;
  readonly patience: number;
}

/** Try a server. @param now milliseconds since 1970 */
export async function tryTurn(service: TurnService, now: number, wishes: TurnWishes = {}): Promise<TurnOutcome> {
  const { ping, patience = PATIENCE } = wishes;
  let socket: Socket | undefined;
  const outcome: { -readonly [key in keyof TurnOutcome]: TurnOutcome[key] } = {};
  let step: NonNullable<TurnOutcome['problem']>['step'] = 'binding';
  try {
    const address = await addressOf(service.host, patience);
    socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    socket.on('error', () => undefined);
    socket.connect(service.port, address);
    await once(socket, 'connect');
    const line = { socket, patience };
    const bound = await ask(line, encodeMessage(newMessage(TYPE.bindingRequest)));
    const mapped = decodeAddress(bound.attributes.get(ATTRIBUTE.mapped), bound.transaction);
    if (mapped === undefined) throw new Error(errorOf(bound) ?? 'the answer says no address');
    outcome.mapped = mapped;
    step = 'allocation';
    const first = await ask(line, encodeMessage(newMessage(TYPE.allocateRequest, [[ATTRIBUTE.transport, UDP]])));
    if (first.type === TYPE.allocateSuccess) {
      step = 'open';
      throw new Error('it lent an address without asking who wants it');
    }
    const realm = first.attributes.get(ATTRIBUTE.realm);
    const nonce = first.attributes.get(ATTRIBUTE.nonce);
    outcome.asks = realm !== undefined && nonce !== undefined;
    const login = loginOf(service, realm, nonce, now);
    const allocated = await ask(line, signed(TYPE.allocateRequest, [[ATTRIBUTE.transport, UDP]], login));
    const relayed = decodeAddress(allocated.attributes.get(ATTRIBUTE.relayed), allocated.transaction);
    if (allocated.type !== TYPE.allocateSuccess || relayed === undefined) {
      throw new Error(errorOf(allocated) ?? 'no address is lent');
    }
    outcome.relayed = relayed;
    if (ping !== undefined) {
      step = 'relay';
      outcome.seen = await relay(line, login, ping);
    }
    socket.send(signed(TYPE.refreshRequest, [[ATTRIBUTE.lifetime, Buffer.alloc(4)]], login).bytes); // give it back
  } catch (error) {
    outcome.problem = { step, text: error instanceof Error ? error.message : String(error) };
  } finally {
    socket?.close();
  }
  return outcome;
}

/** Send a packet through the server to a STUN server, and read its answer (RFC 8656 §9, §10). */
async function relay(line: Line, login: Login, ping: NonNullable<TurnWishes['ping']>): Promise<Endpoint> {
  const address = await addressOf(ping.host, line.patience, 4);
  const peer = [ATTRIBUTE.peer, encodeAddress({ address, port: ping.port })] as const;
  const permitted = await ask(line, signed(TYPE.permissionRequest, [peer], login));
  if (permitted.type !== TYPE.permissionSuccess) throw new Error(errorOf(permitted) ?? 'no permission was given');
  const question = newMessage(TYPE.bindingRequest);
  const data = [ATTRIBUTE.data, encodeStun(question)] as const;
  const bytes = encodeStun(newMessage(TYPE.sendIndication, [peer, data]));
  const answer = await wait(line, bytes, (message) => {
    const inner =
      message.type === TYPE.dataIndication
        ? decodeStun(message.attributes.get(ATTRIBUTE.data) ?? Buffer.alloc(0))
        : undefined;
    return inner?.transaction.equals(question.transaction) === true ? inner : undefined;
  });
  const seen = decodeAddress(answer.attributes.get(ATTRIBUTE.mapped), answer.transaction);
  if (seen === undefined) throw new Error('the answer of the one who was pinged says no address');
  return seen;
}

/** A name that is good for some minutes, and its password, as makers of TURN servers agreed on. */
function loginOf(
  { secret, host }: TurnService,
  realm: Buffer | undefined,
  nonce: Buffer | undefined,
  now: number,
): Login {
  const user = String(Math.floor(now / 1000) + LIFE);
  const password = createHmac('sha1', secret).update(user).digest('base64');
  const name = realm?.toString('utf8') ?? host;
  return {
    key: createHash('md5').update(`${user}:${name}:${password}`).digest(), // RFC 8489 §9.2.2
    attributes: [
      [ATTRIBUTE.username, Buffer.from(user)],
      ...(realm === undefined ? [] : [[ATTRIBUTE.realm, realm] as const]),
      ...(nonce === undefined ? [] : [[ATTRIBUTE.nonce, nonce] as const]),
    ],
  };
}

/** A request as bytes, and how its answer is known. */
interface Question {
  readonly bytes: Buffer;
  readonly transaction: Buffer;
}

function encodeMessage(message: StunMessage): Question {
  return { bytes: encodeStun(message), transaction: message.transaction };
}

function signed(type: number, attributes: readonly (readonly [number, Buffer])[], login: Login): Question {
  const message = newMessage(type, [...attributes, ...login.attributes]);
  return { bytes: encodeStun(message, login.key), transaction: message.transaction };
}

function ask(line: Line, { bytes, transaction }: Question): Promise<StunMessage> {
  return wait(line, bytes, (message) => (message.transaction.equals(transaction) ? message : undefined));
}

/** @throws Error it is not found, or not in time: the system may take longer */
async function addressOf(host: string, patience: number, family: 0 | 4 = 0): Promise<string> {
  const late = sleep(patience, undefined, { ref: false }).then(() => {
    throw new Error(`the address of ${host} is not found in time`);
  });
  return (await Promise.race([lookup(host, family), late])).address;
}

/** Send until something comes that `take` takes. @throws Error nothing does */
function wait(
  { socket, patience }: Line,
  bytes: Buffer,
  take: (message: StunMessage) => StunMessage | undefined,
): Promise<StunMessage> {
  return new Promise((resolve, reject) => {
    const done = (act: () => void): void => {
      clearInterval(again);
      clearTimeout(late);
      socket.off('message', received).off('error', failed);
      act();
    };
    const received = (packet: Buffer): void => {
      const message = decodeStun(packet);
      const taken = message && take(message);
      if (taken !== undefined) done(() => resolve(taken));
    };
    const failed = (error: Error): void => done(() => reject(error));
    const again = setInterval(() => socket.send(bytes), AGAIN);
    const late = setTimeout(() => done(() => reject(new Error('no answer'))), patience);
    socket.on('message', received).on('error', failed);
    socket.send(bytes);
  });
}
