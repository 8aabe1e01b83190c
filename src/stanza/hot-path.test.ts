import { expect, test } from 'vitest';
import { LIMITS_AFTER_AUTH } from '../xml/limits.ts';
import { parseStanza } from '../xml/reader.ts';
import { treesBuilt } from '../xml/tree-builder.ts';
import { hasHint } from './hints.ts';
import { hasBody, messageType } from './message.ts';
import { presencePriority, presenceType } from './presence.ts';
import { stanzaProblem } from './stanza-kind.ts';

test('what routing asks of a received stanza builds no tree', () => {
  const parse = (xml: string) => parseStanza(xml, LIMITS_AFTER_AUTH);
  const message = parse(
    "<message xmlns='jabber:client' type='chat' to='a@b' id='1'><body>x</body><store xmlns='urn:xmpp:hints'/></message>",
  );
  const presence = parse("<presence xmlns='jabber:client'><priority> 5 </priority><status>x</status></presence>");
  const iq = parse("<iq xmlns='jabber:client' type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>");
  const before = treesBuilt();
  expect([stanzaProblem(message), stanzaProblem(presence), stanzaProblem(iq)]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect([messageType(message), hasBody(message), hasHint(message, 'store')]).toEqual(['chat', true, true]);
  expect([presenceType(presence), presencePriority(presence)]).toEqual(['available', 5]);
  expect(treesBuilt() - before).toBe(0);
});
