/** A module that does what an archive does with a message: gives it an id, and stores it before it is delivered. */
import { z } from 'zod';
import { defineModule, type ModuleDefinition } from '../src/host/module.ts';
import { hasBody } from '../src/stanza/message.ts';
import { stanzaIdElement } from '../src/stanza/stanza-ids.ts';

/** Entries after which an archive is emptied: what is measured must not depend on how much was stored before. */
const KEPT = 10_000;

/** Archives the messages that the accounts of a host receive. */
export const archiving: ModuleDefinition = defineModule({
  name: 'archiving',
  summary: 'Archives messages for measurements',
  xeps: [],
  scope: 'host',
  options: z.object({}),
  setup(m) {
    const archive = m.archive('archiving');
    let stored = 0;
    m.on('stanza/incoming', 'store', (event) => {
      if (event.kind !== 'message' || !hasBody(event.stanza)) return;
      const id = String(++stored);
      event.stanza = event.stanza.append(stanzaIdElement(id, event.user));
      if (stored % KEPT === 0) archive.clear(event.unit, event.user);
      archive.append(event.unit, event.user, {
        id,
        when: m.now(),
        with: event.from.bare.key,
        stanza: event.stanza.wire(''),
      });
    });
  },
});
