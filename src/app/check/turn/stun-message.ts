/** Messages of STUN (RFC 8489 §5, §14) and TURN (RFC 8656 §18), as far as a check needs them. */
import { createHmac, randomBytes } from 'node:crypto';
import { isIPv4 } from 'node:net';

const COOKIE = 0x2112a442;
const HEADER = 20;
const SHA1_BYTES = 20;

/** Types of messages: method and class. */
export const TYPE = {
  bindingRequest: 0x0001,
  bindingSuccess: 0x0101,
  allocateRequest: 0x0003,
  allocateSuccess: 0x0103,
  allocateError: 0x0113,
  permissionRequest: 0x0008,
  permissionSuccess: 0x0108,
  refreshRequest: 0x0004,
  sendIndication: 0x0016,
  dataIndication: 0x0017,
} as const;

/** Types of attributes. */
export const ATTRIBUTE = {
  username: 0x0006,
  integrity: 0x0008,
  error: 0x0009,
  lifetime: 0x000d,
  peer: 0x0012,
  data: 0x0013,
  realm: 0x0014,
  nonce: 0x0015,
  relayed: 0x0016,
  transport: 0x0019,
  mapped: 0x0020,
} as const;

/** A message. */
export interface StunMessage {
  readonly type: number;
  /** 12 bytes that an answer repeats. */
  readonly transaction: Buffer;
  readonly attributes: ReadonlyMap<number, Buffer>;
}

/** An address with its port. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** A message that nobody has sent yet. */
export function newMessage(type: number, attributes: readonly (readonly [number, Buffer])[] = []): StunMessage {
  return { type, transaction: randomBytes(12), attributes: new Map(attributes) };
}

/** As bytes; with a key, signed (RFC 8489 §14.5). */
export function encodeStun({ type, transaction, attributes }: StunMessage, key?: Buffer): Buffer {
  const body = Buffer.concat([...attributes].map(([name, value]) => attribute(name, value)));
  if (key === undefined) return Buffer.concat([header(type, body.length, transaction), body]);
  const signed = Buffer.concat([header(type, body.length + 4 + SHA1_BYTES, transaction), body]);
  return Buffer.concat([signed, attribute(ATTRIBUTE.integrity, createHmac('sha1', key).update(signed).digest())]);
}

/** From bytes; `undefined` where they are no message. */
export function decodeStun(bytes: Buffer): StunMessage | undefined {
  if (bytes.length < HEADER || bytes.readUInt32BE(4) !== COOKIE) return undefined;
  if (bytes.readUInt16BE(2) !== bytes.length - HEADER) return undefined;
  const attributes = new Map<number, Buffer>();
  for (let at = HEADER; at + 4 <= bytes.length;) {
    const length = bytes.readUInt16BE(at + 2);
    const value = bytes.subarray(at + 4, at + 4 + length);
    if (value.length < length) return undefined;
    const name = bytes.readUInt16BE(at);
    if (!attributes.has(name)) attributes.set(name, value);
    at += 4 + Math.ceil(length / 4) * 4;
  }
  return { type: bytes.readUInt16BE(0), transaction: bytes.subarray(8, HEADER), attributes };
}

/** An address as it stands in attributes of kind XOR (RFC 8489 §14.2). IPv4 alone. */
export function encodeAddress({ address, port }: Endpoint): Buffer {
  if (!isIPv4(address)) throw new Error(`${address} is no IPv4 address`);
  const number = address.split('.').reduce((all, part) => all * 256 + Number(part), 0);
  const value = Buffer.alloc(8);
  value.writeUInt8(1, 1);
  value.writeUInt16BE(port ^ (COOKIE >>> 16), 2);
  value.writeUInt32BE((number ^ COOKIE) >>> 0, 4);
  return value;
}

/** The address in such an attribute; `undefined` where there is none. */
export function decodeAddress(value: Buffer | undefined, transaction: Buffer): Endpoint | undefined {
  const family = value?.[1];
  if (value === undefined || !((family === 1 && value.length >= 8) || (family === 2 && value.length >= HEADER)))
    return undefined;
  const port = value.readUInt16BE(2) ^ (COOKIE >>> 16);
  const mask = Buffer.alloc(16);
  mask.writeUInt32BE(COOKIE, 0);
  transaction.copy(mask, 4);
  const bytes = value.subarray(4, family === 1 ? 8 : HEADER).map((byte, index) => byte ^ (mask[index] ?? 0));
  if (family === 1) return { address: bytes.join('.'), port };
  const groups = Array.from({ length: 8 }, (_, index) =>
    (((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0)).toString(16),
  );
  return { address: groups.join(':'), port };
}

/** The code and the reason of an error (RFC 8489 §14.8). */
export function errorOf({ attributes }: StunMessage): string | undefined {
  const value = attributes.get(ATTRIBUTE.error);
  if (value === undefined || value.length < 4) return undefined;
  return `${(value[2] ?? 0) * 100 + (value[3] ?? 0)} ${value.subarray(4).toString('utf8')}`.trim();
}

function header(type: number, length: number, transaction: Buffer): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16BE(type, 0);
  bytes.writeUInt16BE(length, 2);
  bytes.writeUInt32BE(COOKIE, 4);
  return Buffer.concat([bytes, transaction]);
}

function attribute(name: number, value: Buffer): Buffer {
  const padded = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4);
  padded.writeUInt16BE(name, 0);
  padded.writeUInt16BE(value.length, 2);
  value.copy(padded, 4);
  return padded;
}
