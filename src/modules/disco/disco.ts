/** Service discovery of the server and of accounts (XEP-0030 v2.5.0, XEP-0115 v1.6.0). */
import { z } from 'zod';
import { Auth } from '../../host/auth.ts';
import type { IqRequest } from '../../host/iq-table.ts';
import { defineModule } from '../../host/module.ts';
import { PRODUCT } from '../../host/product.ts';
import type { Jid } from '../../jid/jid.ts';
import { StanzaError } from '../../stanza/errors.ts';
import type { Element } from '../../xml/element.ts';
import { Roster } from '../roster/service.ts';
import {
  CAPS_NODE,
  NS_DISCO_INFO,
  NS_DISCO_ITEMS,
  capsElement,
  childrenOf,
  infoElement,
  itemsElement,
} from './protocol.ts';
import { DiscoNodes, type NodeProvider } from './service.ts';

export default defineModule({
  name: 'disco',
  summary: 'Tells clients what the server and their account can do',
  xeps: [
    { xep: 30, version: '2.5.0' },
    { xep: 115, version: '1.6.0', note: 'the server’s own capabilities' },
    { xep: 128, version: '1.0.1' },
  ],
  scope: 'host',
  wants: [Auth, Roster],
  options: z.object({
    name: z.string().default(PRODUCT).describe('Name of the host, shown by clients'),
    disco_items: z
      .array(z.union([z.tuple([z.string()]), z.tuple([z.string(), z.string()])]))
      .default([])
      .describe('Services to list besides the host’s own components: pairs of JID and name'),
    disco_expose_admins: z.boolean().default(false).describe('Tell everybody which accounts are administrators'),
  }),

  setup(m) {
    const { disco, server } = m.host;
    m.identity({ category: 'server', type: 'im', name: m.options.name });
    m.feature(NS_DISCO_INFO);
    m.feature(NS_DISCO_ITEMS);
    m.feature(NS_DISCO_INFO, 'account');
    m.feature(NS_DISCO_ITEMS, 'account');
    for (const [jid, name] of m.options.disco_items) m.discoItem(name === undefined ? { jid } : { jid, name });

    const nodes = new Set<NodeProvider>();
    m.each(
      DiscoNodes,
      (provider) => void nodes.add(provider),
      (provider) => void nodes.delete(provider),
    );
    m.iq('get', NS_DISCO_INFO, 'query', async ({ query, from }) => {
      const node = query.attr('node');
      if (node !== undefined && node !== '' && node !== `${CAPS_NODE}#${disco.ver}`) {
        for (const provider of nodes) {
          const info = await provider.info(node, from);
          if (info !== undefined) return infoElement(info.identities, info.features, [], node);
        }
        throw noSuchNode();
      }
      return infoElement(disco.identities('host'), disco.features('host'), disco.forms('host'), node);
    });
    m.iq('get', NS_DISCO_ITEMS, 'query', async ({ query, from }) => {
      const node = query.attr('node') ?? '';
      if (node === '') return itemsElement([...childrenOf(m.domain, server.hosts.values()), ...disco.items]);
      for (const provider of nodes) {
        const items = await provider.items(node, from);
        if (items !== undefined) return itemsElement(items, node);
      }
      throw noSuchNode();
    });

    const isAdmin = async (account: Jid | undefined): Promise<boolean> =>
      account !== undefined && (await m.host.permissions.rightsOf(account)).has('prosody:admin');
    const anonymous = m.find(Auth)?.anonymous === true;
    const account = ({ query }: IqRequest, admin: boolean): Element => {
      if ((query.attr('node') ?? '') !== '') throw noSuchNode();
      const identities = [
        { category: 'account', type: admin ? 'admin' : anonymous ? 'anonymous' : 'registered' },
        ...disco.identities('account'),
      ];
      return infoElement(identities, disco.features('account'), disco.forms('account'));
    };
    // §3.1: whoever may not see the account's presence hears the same as of an account that there is not.
    const foreign = async (request: IqRequest): Promise<Element> => {
      const exposed = m.options.disco_expose_admins && (await isAdmin(request.to));
      // XEP-0175 §5: everybody hears what an anonymous account is.
      const subscribed = anonymous || (m.find(Roster)?.isSubscribed(request.user, request.from.bare.key) ?? false);
      if (await subscribed) return account(request, exposed);
      if (exposed) return infoElement([{ category: 'account', type: 'admin' }], [], []);
      throw new StanzaError('service-unavailable');
    };
    m.iq('get', NS_DISCO_INFO, 'query', async (request) => account(request, await isAdmin(request.from)), {
      to: 'self',
    });
    m.iq('get', NS_DISCO_INFO, 'query', foreign, { to: 'account' });
    m.iq(
      'get',
      NS_DISCO_ITEMS,
      'query',
      ({ query }) => {
        if ((query.attr('node') ?? '') !== '') throw noSuchNode();
        return itemsElement([]);
      },
      { to: 'self' },
    );

    m.streamFeature({
      informs: true,
      offer: () => capsElement(disco.ver),
      takes: () => false,
      handle: () => undefined,
    });
  },
});

function noSuchNode(): StanzaError {
  return new StanzaError('item-not-found', 'Node does not exist');
}
