/** Uptime of the server (XEP-0012 v2.0 §6: last activity of a server). */
import { z } from 'zod';
import { defineModule } from '../../host/module.ts';
import { el } from '../../xml/element.ts';

const NS_LAST = 'jabber:iq:last';
const SECOND = 1_000_000;

export default defineModule({
  name: 'uptime',
  summary: 'Tells how long the server has been running',
  xeps: [{ xep: 12, version: '2.0', note: 'of the server; that of accounts is the module lastactivity' }],
  scope: 'host',
  options: z.object({}),
  setup(m) {
    m.feature(NS_LAST);
    m.iq('get', NS_LAST, 'query', () => {
      const seconds = Math.floor((m.now() - m.host.server.startedAt) / SECOND);
      return el('query', NS_LAST, { seconds });
    });
  },
});
