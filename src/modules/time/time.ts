/** Entity Time (XEP-0202 v2.0): the server's clock, always given in UTC. */
import { z } from 'zod';
import { defineModule } from '../../host/module.ts';
import { formatDateTime } from '../../stanza/datetime.ts';
import { el } from '../../xml/element.ts';

const NS_TIME = 'urn:xmpp:time';

export default defineModule({
  name: 'time',
  summary: 'Tells the time of the server',
  xeps: [{ xep: 202, version: '2.0' }],
  scope: 'host',
  options: z.object({}),
  setup(m) {
    m.feature(NS_TIME);
    const answer = () => el('time', NS_TIME, el('tzo', NS_TIME, '+00:00'), el('utc', NS_TIME, formatDateTime(m.now())));
    m.iq('get', NS_TIME, 'time', answer, { to: ['host', 'self'] });
  },
});
