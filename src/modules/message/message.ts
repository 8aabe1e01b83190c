/** Delivery of messages to the resources of an account (RFC 6121 §8.5). */
import { z } from 'zod';
import { defineModule } from '../../host/module.ts';
import { messageTargets } from './protocol.ts';

export default defineModule({
  name: 'message',
  summary: 'Delivers messages to the resources of local accounts',
  xeps: [],
  scope: 'host',
  options: z.object({}),
  setup(m) {
    m.delivers('message', (event, entries) => messageTargets(event.stanza, event.to?.resource, entries));
  },
});
