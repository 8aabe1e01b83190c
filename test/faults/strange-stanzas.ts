/** Stanzas as no client sends them: mostly well-formed, with attributes and payloads that do not belong together. */
import { mutated } from '../fuzz/xml-mutations.ts';
import type { Random } from '../fuzz/xml-random.ts';
import { randomElement, spell } from '../fuzz/xml-trees.ts';

const KINDS = ['iq', 'iq', 'iq', 'message', 'presence'] as const;
const TYPES = [
  ...([
    'get',
    'set',
    'result',
    'error',
    'chat',
    'normal',
    'groupchat',
    'headline',
    'unavailable',
    'subscribe',
  ] as const),
  ...(['subscribed', 'unsubscribe', 'unsubscribed', 'probe', 'invisible', ''] as const),
] as const;
const REQUESTS = ['get', 'set'] as const;
const ADDRESSES = [
  '',
  'localhost',
  'fuzz@localhost',
  'innocent@localhost',
  'nobody@localhost',
  'fuzz@localhost/none',
] as const;
const BAD_ADDRESSES = [
  '@',
  'a@b@c',
  'localhost/',
  '/x',
  'x'.repeat(1100),
  'example.org',
  'u\u007f',
  'ﷺ@localhost',
  'a b@localhost',
] as const;
const PAYLOADS = [
  ['query', 'jabber:iq:roster'],
  ['query', 'jabber:iq:private'],
  ['query', 'jabber:iq:last'],
  ['query', 'jabber:iq:version'],
  ['query', 'jabber:iq:register'],
  ['query', 'http://jabber.org/protocol/disco#info'],
  ['query', 'http://jabber.org/protocol/disco#items'],
  ['query', 'urn:xmpp:mam:2'],
  ['prefs', 'urn:xmpp:mam:2'],
  ['metadata', 'urn:xmpp:mam:2'],
  ['block', 'urn:xmpp:blocking'],
  ['unblock', 'urn:xmpp:blocking'],
  ['blocklist', 'urn:xmpp:blocking'],
  ['enable', 'urn:xmpp:carbons:2'],
  ['disable', 'urn:xmpp:carbons:2'],
  ['vCard', 'vcard-temp'],
  ['ping', 'urn:xmpp:ping'],
  ['time', 'urn:xmpp:time'],
  ['bind', 'urn:ietf:params:xml:ns:xmpp-bind'],
  ['session', 'urn:ietf:params:xml:ns:xmpp-session'],
  ['command', 'http://jabber.org/protocol/commands'],
  ['error', 'jabber:client'],
  ['body', 'jabber:client'],
  ['priority', 'jabber:client'],
] as const;
const CHILDREN = [
  '',
  "<item jid='a@example.com'/>",
  "<item jid='a@example.com' subscription='remove'/>",
  "<item jid='b@example.com' name='&lt;&#x10FFFF;'><group>g</group><group/></item>",
  "<item jid='@@'/>",
  '<item/>',
  "<set xmlns='http://jabber.org/protocol/rsm'><max>-1</max></set>",
  "<set xmlns='http://jabber.org/protocol/rsm'><max>2</max><before/></set>",
  "<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>urn:xmpp:mam:2</value></field><field var='start'><value>x</value></field></x>",
  "<x xmlns='jabber:x:data' type='cancel'/>",
  '<default/>',
  'text',
  '127',
  '99999999999',
] as const;

/** One stanza. */
export interface Strange {
  readonly xml: string;
  /** Its id, where it is a request that has to be answered. */
  readonly request: string | undefined;
}

/** The stanza number `number`. One of a thousand is not even XML, or belongs into another part of a stream. */
export function strangeStanza(random: Random, number: number): Strange {
  const fate = random.below(1000);
  if (fate === 0) return { xml: mutated(random).toString('latin1'), request: undefined };
  if (fate === 1) return { xml: `<a xmlns='urn:xmpp:sm:3' h='${random.below(3)}'/>`, request: undefined };
  const kind = random.pick(KINDS);
  const type = kind === 'iq' && random.below(3) > 0 ? random.pick(REQUESTS) : random.pick(TYPES);
  const to = random.oneIn(8) ? random.pick(BAD_ADDRESSES) : random.pick(ADDRESSES);
  const id = `f${number}`;
  const attributes = [`id='${id}'`];
  if (random.below(10) > 0) attributes.push(`type='${type}'`);
  if (to !== '') attributes.push(`to='${to}'`);
  if (random.below(20) === 0) attributes.push("from='innocent@localhost'");
  if (random.below(20) === 0) attributes.push("xml:lang='\u00e9'");
  const payloads = Array.from({ length: random.below(10) === 0 ? random.below(4) : 1 }, () => payload(random));
  const xml = `<${kind} ${attributes.join(' ')}>${payloads.join('')}</${kind}>`;
  const isRequest = kind === 'iq' && attributes.some((one) => one === "type='get'" || one === "type='set'");
  return { xml, request: isRequest ? id : undefined };
}

function payload(random: Random): string {
  if (random.below(5) === 0) return spell(random, randomElement(random));
  const [name, ns] = PAYLOADS[random.below(PAYLOADS.length)] ?? PAYLOADS[0];
  const children = Array.from({ length: random.below(3) }, () => random.pick(CHILDREN));
  return `<${name} xmlns='${ns}' ${random.below(4) === 0 ? "node='x' ver='1' node2=''" : ''}>${children.join('')}</${name}>`;
}
