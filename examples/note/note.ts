/** Lets an account keep one short note on the server: `<note xmlns="urn:example:note">milk, bread</note>`. */
import { z } from 'zod';
import { StanzaError, defineModule, el, type Codec } from '../../src/module.ts';

const NS_NOTE = 'urn:example:note';

declare module '../../src/module.ts' {
  interface HostEvents {
    /** After an account's note changed. */
    'note/changed': { readonly user: string; readonly text: string };
  }
}

/** How a note is stored. */
const noteCodec: Codec<string> = { encode: (text) => text, decode: (text) => text };

export default defineModule({
  name: 'note',
  summary: 'Keeps a note for each account',
  xeps: [],
  scope: 'host',
  options: z.object({
    note_max_length: z.int().min(1).default(1000).describe('Longest note, in UTF-16 units'),
  }),

  setup(m) {
    const notes = m.keyed('note', noteCodec);
    const changes = m.counter('changes_total', 'Notes written');

    m.feature(NS_NOTE, 'account');

    m.iq('get', NS_NOTE, 'note', async ({ user }) => el('note', NS_NOTE, (await notes.get(user)) ?? ''), {
      to: 'self',
    });

    m.iq(
      'set',
      NS_NOTE,
      'note',
      ({ query, user, unit }) => {
        const text = query.text();
        if (text.length > m.options.note_max_length) throw new StanzaError('not-acceptable', 'The note is too long');
        notes.put(unit, user, text); // the result leaves when this is committed; nothing waits here
        changes.inc();
        void m.emit('note/changed', { user, text });
        return undefined; // an empty result
      },
      { to: 'self' },
    );

    m.on('user/deleted', 'store', ({ user, unit }) => void notes.delete(unit, user));
  },
});
