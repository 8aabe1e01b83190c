/** The steps of a login over plain TCP, for clients that a test wants to have further than the first byte. */
import { NothingCame, PATIENCE, type XClient } from '../xclient.ts';
import { printXml } from './print-xml.ts';
import { ScramClient, type ScramMechanism } from './scram-client.ts';
import { childElements, textOf, type XmlNode } from './xml-node.ts';

const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const NS_BIND = 'urn:ietf:params:xml:ns:xmpp-bind';

/** A mechanism the login knows. */
export type Mechanism = 'PLAIN' | ScramMechanism;

/** Who logs in. */
export interface Credentials {
  readonly domain: string;
  readonly user: string;
  readonly password: string;
  readonly mechanism?: Mechanism;
}

/** The server did something else than let us in. */
class LoginFailed extends Error {}

/** The header of a stream to `domain` (RFC 6120 §4.2). */
export function streamHeader(domain: string): string {
  return (
    `<?xml version='1.0'?><stream:stream to='${domain}' version='1.0' xml:lang='en' xmlns='jabber:client' ` +
    `xmlns:stream='http://etherx.jabber.org/streams'>`
  );
}

/**
 * Open a stream.
 * @returns the features
 * @throws LoginFailed
 */
export async function openStream(client: XClient, domain: string): Promise<XmlNode> {
  client.send(streamHeader(domain));
  const header = await client.next();
  if (header.kind !== 'header') throw new LoginFailed(`no stream header but ${header.kind}`);
  return expectElement(client, 'features');
}

/**
 * Authenticate with the mechanism given, SCRAM-SHA-1 without one, and restart the stream.
 * @returns the features of the new stream
 * @throws LoginFailed
 */
export async function authenticate(client: XClient, credentials: Credentials): Promise<XmlNode> {
  const { domain, user, password, mechanism = 'SCRAM-SHA-1' } = credentials;
  if (mechanism === 'PLAIN') {
    sendAuth(client, mechanism, `\0${user}\0${password}`);
    await expectElement(client, 'success');
  } else {
    const scram = await tryScram(client, mechanism, user, password);
    const success = await expectElement(client, 'success');
    if (!scram.verify(decode(success))) throw new LoginFailed('the server has not proven that it knows the password');
  }
  return openStream(client, domain);
}

/**
 * Do a SCRAM exchange up to the client's last message.
 * @returns what verifies the server's answer
 * @throws LoginFailed
 */
export async function tryScram(
  client: XClient,
  mechanism: ScramMechanism,
  user: string,
  password: string,
): Promise<ScramClient> {
  const scram = new ScramClient(mechanism, user, password);
  sendAuth(client, mechanism, scram.first());
  const challenge = decode(await expectElement(client, 'challenge'));
  client.send(`<response xmlns='${NS_SASL}'>${encode(scram.final(challenge))}</response>`);
  return scram;
}

/**
 * Bind a resource (RFC 6120 §7).
 * @returns the full JID
 * @throws LoginFailed
 */
export async function bind(client: XClient, resource: string | undefined): Promise<string> {
  const wish = resource === undefined ? '' : `<resource>${resource}</resource>`;
  client.send(`<iq type='set' id='bind'><bind xmlns='${NS_BIND}'>${wish}</bind></iq>`);
  const result = await expectElement(client, 'iq');
  const jid = childElements(result)
    .flatMap(childElements)
    .find((element) => element.name === 'jid' && element.ns === NS_BIND);
  if (jid === undefined) throw new LoginFailed(`no resource bound:\n${printXml(result)}`);
  return textOf(jid);
}

function sendAuth(client: XClient, mechanism: string, data: string): void {
  client.send(`<auth xmlns='${NS_SASL}' mechanism='${mechanism}'>${encode(data)}</auth>`);
}

async function expectElement(client: XClient, name: string): Promise<XmlNode> {
  const event = await client.next(PATIENCE).catch((error: unknown) => {
    throw error instanceof NothingCame ? new LoginFailed(`no <${name}/>: ${error.message}`) : error;
  });
  if (event.kind !== 'element') throw new LoginFailed(`no <${name}/> but ${JSON.stringify(event)}`);
  if (event.node.name !== name) throw new LoginFailed(`no <${name}/> but\n${printXml(event.node)}`);
  return event.node;
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64');
}

function decode(element: XmlNode): string {
  return Buffer.from(textOf(element), 'base64').toString();
}
