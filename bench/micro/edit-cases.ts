/** Stanzas that were read: edited, and written for a client's connection. */
import { stanzaIdElement } from '../../src/stanza/stanza-ids.ts';
import { LIMITS_AFTER_AUTH } from '../../src/xml/limits.ts';
import { NS_CLIENT } from '../../src/xml/namespaces.ts';
import { XmlReader } from '../../src/xml/reader.ts';
import type { Stanza } from '../../src/xml/stanza.ts';
import { chatMessages } from '../chat.ts';
import type { Case } from '../measure.ts';

const OPERATIONS = 5000;
const FROM = 'romeo@localhost/orchard';
const ID = stanzaIdElement('0123456789abcdef', 'juliet@localhost');
const SID = 'urn:xmpp:sid:0';

/** Every run has stanzas of its own, as they remember what they were written as. */
export function editCases(): Case[] {
  const chunks = chatMessages('juliet@localhost/balcony', OPERATIONS, 10);
  const each = (name: string, act: (stanza: Stanza) => unknown): Case => {
    let stanzas: Stanza[] = [];
    return {
      name,
      operations: OPERATIONS,
      prepare: () => (stanzas = read(chunks)),
      run: () => {
        for (const stanza of stanzas) act(stanza);
      },
    };
  };
  return [
    {
      name: 'read a chat message: XmlReader',
      operations: OPERATIONS,
      run: () => void read(chunks),
    },
    each('write it as it is', (stanza) => stanza.wire(NS_CLIENT)),
    each('set from', (stanza) => stanza.with({ from: FROM })),
    each('set from, write', (stanza) => stanza.with({ from: FROM }).wire(NS_CLIENT)),
    each('add stanza-id, write', (stanza) => stanza.append(ID).wire(NS_CLIENT)),
    each('remove origin-id, write', (stanza) => stanza.without('origin-id', SID).wire(NS_CLIENT)),
    each('tree', (stanza) => stanza.tree()),
  ];
}

function read(chunks: readonly Buffer[]): Stanza[] {
  const reader = new XmlReader(LIMITS_AFTER_AUTH);
  reader.push(Buffer.from("<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"));
  reader.next();
  const stanzas: Stanza[] = [];
  for (const chunk of chunks) {
    reader.push(chunk);
    while (reader.next() !== undefined) stanzas.push(reader.stanza);
  }
  return stanzas;
}
