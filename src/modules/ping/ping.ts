/** XMPP Ping (XEP-0199 v2.0.1 §4.1, §4.2): is the server, is the account's server there? */
import { z } from 'zod';
import { defineModule } from '../../host/module.ts';

const NS_PING = 'urn:xmpp:ping';

export default defineModule({
  name: 'ping',
  summary: 'Answers pings to the server and to accounts',
  xeps: [{ xep: 199, version: '2.0.1' }],
  scope: 'host',
  options: z.object({}),
  setup(m) {
    m.feature(NS_PING);
    m.iq('get', NS_PING, 'ping', () => undefined, { to: ['host', 'self'] });
  },
});
