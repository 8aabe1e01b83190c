/** A host that clients can log in to, without a connection. */
import { bindFeature } from '../../../src/stream/features/bind.ts';
import { limitsFeature } from '../../../src/stream/features/limits.ts';
import { sessionFeature } from '../../../src/stream/features/session.ts';
import { plain } from '../../../src/stream/sasl/plain.ts';
import { SaslFeature, type SaslOptions } from '../../../src/stream/sasl/sasl-feature.ts';
import { scram } from '../../../src/stream/sasl/scram.ts';
import { TestStore } from './credentials.ts';
import { header, RecordedClient, RecordedHost } from './recorder.ts';

/** How attempts to authenticate ended: `+user`, `-condition` or `!error`. */
export const outcomes: string[] = [];

/** A host with accounts `alice` and `bob`, passwords `a` and `b`. */
export function loginHost(domain = 'a.test', options: Partial<SaslOptions> = {}): RecordedHost {
  const mechanisms = [scram('SHA-256'), scram('SHA-1'), plain];
  const sasl = new SaslFeature({
    store: new TestStore({ alice: 'a', bob: 'b' }),
    mechanisms: () => mechanisms,
    requireEncryption: false,
    allowUnencryptedPlain: true,
    observer: {
      succeeded: ({ user }) => outcomes.push(`+${String(user)}`),
      failed: (_stream, { condition }) => void outcomes.push(`-${condition}`),
      faulty: (_stream, error) => outcomes.push(`!${String(error)}`),
    },
    ...options,
  });
  return new RecordedHost(domain, [sasl, bindFeature, sessionFeature, limitsFeature()]);
}

/** `<auth/>` with that data. */
export function auth(mechanism: string, data: string): string {
  return `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='${mechanism}'>${data}</auth>`;
}

/** `<auth/>` for PLAIN. */
export function plainAuth(user: string, password: string, authzid = ''): string {
  return auth('PLAIN', Buffer.from(`${authzid}\0${user}\0${password}`).toString('base64'));
}

/** The request to bind a resource. */
export function bind(resource?: string, id = 'b1'): string {
  const child = resource === undefined ? '' : `<resource>${resource}</resource>`;
  return `<iq type='set' id='${id}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>${child}</bind></iq>`;
}

/** A client that has sent a header. */
export async function opened(host = loginHost(), ...more: RecordedHost[]): Promise<RecordedClient> {
  const client = new RecordedClient([host, ...more]);
  await client.send(header(host.domain));
  return client;
}

/** A client that has logged in as alice and has not sent a header since. */
export async function authenticated(host = loginHost()): Promise<RecordedClient> {
  const client = await opened(host);
  await client.send(plainAuth('alice', 'a'));
  return client;
}

/** A client that has logged in as alice and can bind a resource. */
export async function unbound(host = loginHost()): Promise<RecordedClient> {
  const client = await authenticated(host);
  await client.send(header(host.domain));
  return client;
}

/** A client that has bound `alice@a.test/r`. */
export async function bound(host = loginHost()): Promise<RecordedClient> {
  const client = await unbound(host);
  await client.send(bind('r'));
  return client;
}
