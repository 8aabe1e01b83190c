/** A small server of the domain name system on loopback (RFC 1035 §4.1, RFC 2782), for tests. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

const TYPES: ReadonlyMap<number, string> = new Map([
  [1, 'A'],
  [5, 'CNAME'],
  [28, 'AAAA'],
  [33, 'SRV'],
  [52, 'TLSA'],
]);

/** Names that are never answered. */
const SILENT = 'silent.';

/**
 * Records by `TYPE name`, such as `A example.org`. An A is `192.0.2.1`, an AAAA eight groups in full, an SRV
 * `priority weight port target`, a TLSA hexadecimal.
 */
export type Zone = Readonly<Record<string, readonly string[]>>;

/** A server that runs. */
export class DnsServer {
  readonly #socket: Socket;
  /** `address:port` */
  readonly address: string;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.address = `127.0.0.1:${socket.address().port}`;
  }

  static async start(zone: Zone): Promise<DnsServer> {
    const socket = createSocket('udp4');
    socket.on('message', (question, { port, address }) => {
      const answer = answerTo(question, zone);
      if (answer !== undefined) socket.send(answer, port, address);
    });
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new DnsServer(socket);
  }

  async stop(): Promise<void> {
    this.#socket.close();
    await once(this.#socket, 'close');
  }
}

function answerTo(question: Buffer, zone: Zone): Buffer | undefined {
  const labels: string[] = [];
  let at = 12;
  for (let length = question.readUInt8(at); length > 0; length = question.readUInt8(at)) {
    labels.push(question.toString('latin1', at + 1, at + 1 + length).toLowerCase());
    at += 1 + length;
  }
  const type = question.readUInt16BE(at + 1);
  const name = labels.join('.');
  if (name.startsWith(SILENT)) return undefined;
  const texts = zone[`${TYPES.get(type) ?? type} ${name}`] ?? [];
  const known = Object.keys(zone).some((key) => key.endsWith(` ${name}`));
  const header = Buffer.from(question.subarray(0, 12));
  header.writeUInt16BE(0x8580 | (known ? 0 : 3), 2); // an answer with authority; 3: there is no such name
  header.writeUInt16BE(texts.length, 6);
  header.writeUInt32BE(0, 8);
  const records = texts.map((text) => {
    const data = dataOf(TYPES.get(type) ?? '', text);
    const start = Buffer.alloc(12);
    start.writeUInt16BE(0xc00c, 0); // the name of the question
    start.writeUInt16BE(type, 2);
    start.writeUInt16BE(1, 4);
    start.writeUInt32BE(60, 6);
    start.writeUInt16BE(data.length, 10);
    return Buffer.concat([start, data]);
  });
  return Buffer.concat([header, question.subarray(12, at + 5), ...records]);
}

function dataOf(type: string, text: string): Buffer {
  if (type === 'A') return Buffer.from(text.split('.').map(Number));
  if (type === 'AAAA')
    return Buffer.from(
      text
        .split(':')
        .map((group) => group.padStart(4, '0'))
        .join(''),
      'hex',
    );
  if (type === 'TLSA') return Buffer.from(text, 'hex');
  if (type === 'CNAME') return encodedName(text);
  const [priority = '0', weight = '0', port = '0', target = ''] = text.split(' ');
  const numbers = Buffer.alloc(6);
  for (const [index, number] of [priority, weight, port].entries()) numbers.writeUInt16BE(Number(number), index * 2);
  return Buffer.concat([numbers, encodedName(target)]);
}

function encodedName(name: string): Buffer {
  const labels = name.split('.').filter(Boolean);
  return Buffer.concat([
    ...labels.map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])),
    Buffer.alloc(1),
  ]);
}
