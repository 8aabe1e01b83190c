/** What everything is measured against: saxes reading one chat message, which no machine makes faster or slower than the rest. */
import { SaxesParser } from 'saxes';
import { chatMessages } from '../chat.ts';
import type { Case } from '../measure.ts';

const OPERATIONS = 2000;

/** saxes, with namespaces, reading chat messages of one stream; it builds no tree. */
export function saxesReference(): Case {
  const chunks = chatMessages('juliet@localhost/balcony', OPERATIONS, 10);
  return {
    name: 'saxes reads a chat message',
    operations: OPERATIONS,
    run: () => {
      let depth = 0;
      const parser = new SaxesParser({ xmlns: true, position: false });
      parser.on('opentag', () => depth++);
      parser.on('closetag', () => depth--);
      parser.write("<stream xmlns='jabber:client'>");
      for (const chunk of chunks) parser.write(chunk.toString('utf8'));
      if (depth !== 1) throw new Error('saxes lost its place');
    },
  };
}
