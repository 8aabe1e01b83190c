/** Software Version (XEP-0092 v1.1). */
import { type } from 'node:os';
import { z } from 'zod';
import { defineModule } from '../../host/module.ts';
import { PRODUCT, VERSION } from '../../host/product.ts';
import { el } from '../../xml/element.ts';

const NS_VERSION = 'jabber:iq:version';

export default defineModule({
  name: 'version',
  summary: 'Tells name and version of the server software',
  xeps: [{ xep: 92, version: '1.1' }],
  scope: 'host',
  options: z.object({
    hide_os_type: z.boolean().default(false).describe('Do not tell the operating system'),
  }),
  setup(m) {
    const answer = el(
      'query',
      NS_VERSION,
      el('name', NS_VERSION, PRODUCT),
      el('version', NS_VERSION, VERSION),
      m.options.hide_os_type ? undefined : el('os', NS_VERSION, type()),
    );
    m.feature(NS_VERSION);
    m.iq('get', NS_VERSION, 'query', () => answer);
  },
});
