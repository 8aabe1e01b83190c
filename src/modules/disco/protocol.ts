/** Elements of service discovery (XEP-0030 §3, §4; XEP-0115 §6.3). */
import type { Identity } from '../../host/caps.ts';
import type { DiscoItem } from '../../host/disco.ts';
import type { Host } from '../../host/host.ts';
import { el, type Element } from '../../xml/element.ts';

export const NS_DISCO_INFO = 'http://jabber.org/protocol/disco#info';
export const NS_DISCO_ITEMS = 'http://jabber.org/protocol/disco#items';
const NS_CAPS = 'http://jabber.org/protocol/caps';

/** Names the software in capabilities. */
export const CAPS_NODE = 'urn:x-couplet:server';

/** The answer to disco#info. */
export function infoElement(
  identities: readonly Identity[],
  features: readonly string[],
  forms: readonly Element[],
  node?: string,
): Element {
  return el(
    'query',
    NS_DISCO_INFO,
    { node },
    identities.map(({ category, type, name, lang }) =>
      el('identity', NS_DISCO_INFO, { category, type, name, 'xml:lang': lang }),
    ),
    features.map((feature) => el('feature', NS_DISCO_INFO, { var: feature })),
    forms,
  );
}

/** The answer to disco#items. */
export function itemsElement(items: readonly DiscoItem[], node?: string): Element {
  return el(
    'query',
    NS_DISCO_ITEMS,
    { node },
    items.map((item) => el('item', NS_DISCO_ITEMS, { jid: item.jid, name: item.name, node: item.node })),
  );
}

/** The server's capabilities in its stream features. */
export function capsElement(ver: string): Element {
  return el('c', NS_CAPS, { hash: 'sha-1', node: CAPS_NODE, ver });
}

/** The components below a host's domain, unless their option `disco_hidden` hides them. */
export function childrenOf(domain: string, hosts: Iterable<Host>): DiscoItem[] {
  const items: DiscoItem[] = [];
  for (const host of hosts) {
    if (host.kind !== 'component' || !host.domain.endsWith(`.${domain}`)) continue;
    const { disco_hidden: hidden, name } = host.config.options;
    if (hidden === true) continue;
    items.push(typeof name === 'string' ? { jid: host.domain, name } : { jid: host.domain });
  }
  return items;
}
