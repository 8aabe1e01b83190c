/** Delivery of requests and answers to the resources of an account (RFC 6121 §8.5.3.1.3, §8.5.3.2.3). */
import { z } from 'zod';
import { defineModule } from '../../host/module.ts';
import { iqTargets } from './protocol.ts';

export default defineModule({
  name: 'iq',
  summary: 'Delivers requests and their answers to full JIDs of local accounts',
  xeps: [],
  scope: 'host',
  options: z.object({}),
  setup(m) {
    m.delivers('iq', (event, entries) => iqTargets(event.stanza.type, event.to?.resource, entries));
  },
});
