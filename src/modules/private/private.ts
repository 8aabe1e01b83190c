/** Private XML Storage (XEP-0049 v1.2): anything a client wants kept, for its own account only. */
import { z } from 'zod';
import { elementCodec } from '../../host/element-codec.ts';
import type { IqRequest } from '../../host/iq-table.ts';
import { defineModule } from '../../host/module.ts';
import { StanzaError } from '../../stanza/errors.ts';
import { el, type Element } from '../../xml/element.ts';

const NS_PRIVATE = 'jabber:iq:private';

export default defineModule({
  name: 'private',
  summary: 'Keeps XML for the clients of an account',
  xeps: [{ xep: 49, version: '1.2' }],
  scope: 'host',
  options: z.object({
    private_max_items: z
      .int()
      .min(1)
      .default(200)
      .describe('Most elements of different names that one account may store'),
  }),

  setup(m) {
    const items = m.map('private', elementCodec);

    m.feature(NS_PRIVATE);
    m.feature(NS_PRIVATE, 'account');

    m.iq(
      'get',
      NS_PRIVATE,
      'query',
      async (request) => {
        const asked = onlyChild(request);
        return el('query', NS_PRIVATE, (await items.get(request.user, keyOf(asked))) ?? asked);
      },
      { to: 'self' },
    );

    m.iq(
      'set',
      NS_PRIVATE,
      'query',
      async (request) => {
        const { user, unit } = request;
        const given = onlyChild(request);
        const key = keyOf(given);
        if (given.children.length === 0) {
          items.delete(unit, user, key); // an empty element is what there is without one
          return undefined;
        }
        const known = await items.all(user);
        if (!known.has(key) && known.size >= m.options.private_max_items) {
          throw new StanzaError('resource-constraint', 'Too many elements are stored already');
        }
        items.put(unit, user, key, given);
        return undefined;
      },
      { to: 'self' },
    );

    m.on('user/deleted', 'store', ({ user, unit }) => void items.clear(unit, user));
  },
});

/** §2.3, §2.4: one element, in a namespace of its own. */
function onlyChild({ query }: IqRequest): Element {
  const [child, another] = query.elements();
  if (child === undefined || another !== undefined)
    throw new StanzaError('bad-request', 'Exactly one element is needed');
  if (child.ns === '' || child.ns === NS_PRIVATE || child.ns === 'jabber:client') {
    throw new StanzaError('not-acceptable', 'The element needs a namespace of its own');
  }
  return child;
}

/** Prosody's key. */
function keyOf({ name, ns }: Element): string {
  return `${name}:${ns}`;
}
