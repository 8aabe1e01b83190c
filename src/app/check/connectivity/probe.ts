/** One connection as a client makes it, up to the end of the TLS handshake and the stream features after it. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { domainToASCII } from 'node:url';

/** Milliseconds for all of it, unless told otherwise. */
const PATIENCE = 5000;

/** Bytes after which it is no stream header. */
const MOST = 65_536;

/** Where to connect. */
export interface Place {
  readonly host: string;
  readonly port: number;
  /** TLS starts with the first byte (XEP-0368). */
  readonly direct: boolean;
}

/** How far it came, and what was seen. */
export interface Probed {
  readonly result: 'ok' | 'failed' | 'no-stream' | 'no-tls' | 'untrusted';
  readonly detail: string;
}

/** What is not as usual. */
export interface ProbeWishes {
  /** Milliseconds for all of it. */
  readonly patience?: number;
  /** Authorities that are trusted, in PEM; those of Node.js by default. */
  readonly authorities?: string;
}

/** Connect, and say what happened. Never throws. */
export async function probe(domain: string, place: Place, wishes: ProbeWishes = {}): Promise<Probed> {
  const { patience = PATIENCE, authorities } = wishes;
  const name = domainToASCII(domain) || domain;
  const signal = AbortSignal.timeout(patience);
  const plain = connect({ host: place.host, port: place.port });
  plain.on('error', () => undefined); // whoever waits is told
  const cut = (): void => void plain.destroy(new Error(`no answer within ${patience / 1000} seconds`));
  signal.addEventListener('abort', cut);
  try {
    await once(plain, 'connect');
    return await talk(plain, domain, place.direct, {
      servername: name,
      ...(authorities !== undefined && { ca: authorities }),
    });
  } catch (error) {
    return { result: 'failed', detail: error instanceof Error ? error.message || error.name : String(error) };
  } finally {
    signal.removeEventListener('abort', cut);
    plain.destroy();
  }
}

async function talk(plain: Socket, domain: string, direct: boolean, tls: ConnectionOptions): Promise<Probed> {
  if (!direct) {
    const features = await header(plain, domain);
    if (!features.includes('<stream:features') && !features.includes(':features')) return strange(features);
    if (!features.includes('urn:ietf:params:xml:ns:xmpp-tls'))
      return { result: 'no-tls', detail: 'STARTTLS is not offered' };
    plain.write("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
    if (!(await text(plain, /<proceed|<failure|<\/stream/)).includes('<proceed')) {
      return { result: 'no-tls', detail: 'STARTTLS was refused' };
    }
  }
  const secure = connectTls({
    socket: plain,
    ...tls,
    rejectUnauthorized: false,
    ALPNProtocols: ['xmpp-client'],
  });
  secure.on('error', () => undefined);
  try {
    await once(secure, 'secureConnect');
  } catch (error) {
    return { result: 'no-tls', detail: `TLS: ${error instanceof Error ? error.message : String(error)}` };
  }
  const features = await header(secure, domain);
  if (!features.includes(':features')) return strange(features);
  const protocol = secure.getProtocol() ?? 'TLS';
  const reason = distrust(secure);
  return reason === undefined
    ? { result: 'ok', detail: protocol }
    : { result: 'untrusted', detail: `${protocol}, ${reason}` };
}

function strange(answer: string): Probed {
  const condition = /<(?:stream:)?error[^>]*>\s*<([a-z-]+)/.exec(answer)?.[1];
  return {
    result: 'no-stream',
    detail: condition === undefined ? 'the answer is no XMPP stream' : `stream error ${condition}`,
  };
}

function distrust({ authorized, authorizationError }: TLSSocket): string | undefined {
  if (authorized) return undefined;
  return `not trusted: ${authorizationError instanceof Error ? authorizationError.message : String(authorizationError)}`;
}

/** Open a stream (RFC 6120 §4.2) and read up to its features, or to whatever else there is. */
function header(socket: Socket, domain: string): Promise<string> {
  socket.write(
    `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='${domain}' version='1.0'>`,
  );
  return text(socket, /<\/\w+:features>|<\w+:features\s*\/>|<\w+:error|<\/\w+:stream|^HTTP|^[^<\s]/);
}

async function text(socket: Socket, end: RegExp): Promise<string> {
  let all = '';
  const iterator = socket.iterator({ destroyOnReturn: false });
  for await (const chunk of iterator) {
    all += String(chunk);
    if (end.test(all) || all.length > MOST) break;
  }
  return all;
}
