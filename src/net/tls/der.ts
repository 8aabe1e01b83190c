/** The little of ASN.1's DER encoding (X.690) that certificates need. */

/** Tags of universal types, and of context-specific ones of certificates (RFC 5280 §4.1, §4.2.1.6). */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8: 0x0c,
  sequence: 0x30,
  set: 0x31,
  utcTime: 0x17,
  ia5: 0x16,
  explicit0: 0xa0,
  extensions: 0xa3,
  dnsName: 0x82,
  otherName: 0xa0,
} as const;

/** A value as it stands in DER. */
export interface DerValue {
  readonly tag: number;
  readonly body: Buffer;
}

/** Encode a value made of parts that are encoded already; text stands for its bytes in UTF-8. */
export function der(tag: number, ...parts: readonly (Buffer | string)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'utf8') : part)));
  return Buffer.concat([Buffer.from([tag, ...lengthBytes(body.length)]), body]);
}

function lengthBytes(length: number): number[] {
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}

/** Encode an object identifier given as `1.2.840`. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const septets = [arc & 0x7f];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
      septets.unshift((left & 0x7f) | 0x80);
    bytes.push(...septets);
  }
  return der(TAG.oid, Buffer.from(bytes));
}

/** Values that follow each other in DER. @throws Error what is there is none */
export function readDer(encoded: Buffer): DerValue[] {
  const values: DerValue[] = [];
  let at = 0;
  while (at < encoded.length) {
    const tag = encoded.readUInt8(at);
    let length = encoded.readUInt8(at + 1);
    at += 2;
    if (length >= 0x80) {
      const bytes = length & 0x7f;
      if (bytes < 1 || bytes > 4) throw new Error('not DER: length');
      length = encoded.readUIntBE(at, bytes);
      at += bytes;
    }
    if (at + length > encoded.length) throw new Error('not DER: cut off');
    values.push({ tag, body: encoded.subarray(at, at + length) });
    at += length;
  }
  return values;
}
