/** Service discovery of the server and of one's own account (XEP-0030 v2.5.0, XEP-0115 v1.6.0). */
import { z } from 'zod';
import type { IqRequest } from '../../host/iq-table.ts';
import { defineModule } from '../../host/module.ts';
import { PRODUCT } from '../../host/product.ts';
import { StanzaError } from '../../stanza/errors.ts';
import type { Element } from '../../xml/element.ts';
import {
  CAPS_NODE,
  NS_DISCO_INFO,
  NS_DISCO_ITEMS,
  capsElement,
  childrenOf,
  infoElement,
  itemsElement,
} from './protocol.ts';

export default defineModule({
  name: 'disco',
  summary: 'Tells clients what the server and their account can do',
  xeps: [
    { xep: 30, version: '2.5.0' },
    { xep: 115, version: '1.6.0', note: 'the server’s own capabilities' },
    { xep: 128, version: '1.0.1' },
  ],
  scope: 'host',
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

    m.iq('get', NS_DISCO_INFO, 'query', ({ query }) => {
      const node = query.attr('node');
      if (node !== undefined && node !== '' && node !== `${CAPS_NODE}#${disco.ver}`) throw noSuchNode();
      return infoElement(disco.identities('host'), disco.features('host'), disco.forms('host'), node);
    });
    m.iq('get', NS_DISCO_ITEMS, 'query', ({ query }) => {
      if ((query.attr('node') ?? '') !== '') throw noSuchNode();
      return itemsElement([...childrenOf(m.domain, server.hosts.values()), ...disco.items]);
    });

    const account = (request: IqRequest): Element => {
      if ((request.query.attr('node') ?? '') !== '') throw noSuchNode();
      const type = m.host.permissions.has(request.from, 'prosody:admin') ? 'admin' : 'registered';
      const identities = [{ category: 'account', type }, ...disco.identities('account')];
      return infoElement(identities, disco.features('account'), disco.forms('account'));
    };
    m.iq('get', NS_DISCO_INFO, 'query', account, { to: 'self' });
    if (m.options.disco_expose_admins) {
      const exposed = ({ to }: IqRequest): Element => {
        if (to === undefined || !m.host.permissions.has(to, 'prosody:admin')) {
          throw new StanzaError('service-unavailable'); // the same as for an account that there is not
        }
        return infoElement([{ category: 'account', type: 'admin' }], [], []);
      };
      m.iq('get', NS_DISCO_INFO, 'query', exposed, { to: 'account' });
    }
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

    m.streamFeature({ offer: () => capsElement(disco.ver), takes: () => false, handle: () => undefined });
  },
});

function noSuchNode(): StanzaError {
  return new StanzaError('item-not-found', 'Node does not exist');
}
