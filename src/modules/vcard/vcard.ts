/** vcard-temp (XEP-0054 v1.3.0): a card that everybody may read and only its owner may write. */
import { z } from 'zod';
import { bytes } from '../../config/bytes.ts';
import { elementCodec } from '../../host/element-codec.ts';
import { defineModule } from '../../host/module.ts';
import { StanzaError } from '../../stanza/errors.ts';

const NS_VCARD = 'vcard-temp';

export default defineModule({
  name: 'vcard',
  summary: 'Keeps a business card for each account',
  xeps: [{ xep: 54, version: '1.3.0' }],
  scope: 'host',
  options: z.object({
    vcard_max_size: bytes(1024)
      .default(256 * 1024)
      .describe('Largest card, in bytes as it is sent'),
  }),

  setup(m) {
    const cards = m.keyed('vcard', elementCodec);

    m.feature(NS_VCARD);
    m.feature(NS_VCARD, 'account');

    m.iq(
      'get',
      NS_VCARD,
      'vCard',
      async ({ user, from }) => {
        const card = await cards.get(user);
        if (card !== undefined) return card;
        // §3.1, §3.3: as for an account that there is not, so that nobody learns which there are
        throw new StanzaError(user === from.bare.key ? 'item-not-found' : 'service-unavailable');
      },
      { to: ['self', 'account'] },
    );

    m.iq(
      'set',
      NS_VCARD,
      'vCard',
      ({ event, query, user, unit }) => {
        if (event.stanza.bytes > m.options.vcard_max_size)
          throw new StanzaError('not-acceptable', 'The card is too large');
        cards.put(unit, user, query);
        return undefined;
      },
      { to: 'self' },
    );
    m.iq(
      'set',
      NS_VCARD,
      'vCard',
      () => {
        throw new StanzaError('forbidden'); // §3.2
      },
      { to: 'account' },
    );

    m.on('user/deleted', 'store', ({ user, unit }) => void cards.delete(unit, user));
  },
});
