import { expect, test } from 'vitest';
import { matchElement } from './match.ts';
import { NAMESPACES, parsePatterns } from './pattern.ts';
import { Scope } from './scope.ts';
import { parseFragment } from './xml-node.ts';

const scope = new Scope({ domain: 'a.test', jid: (name) => name, local: (name) => name, password: (name) => name });

/** `undefined`: they match. */
function difference(pattern: string, xml: string): string | undefined {
  const [wanted] = parsePatterns(pattern, 1);
  const [node] = parseFragment(xml, NAMESPACES);
  if (wanted === undefined || node === undefined) throw new Error('nothing to compare');
  const outcome = matchElement(wanted, node, scope, scope.captures);
  return 'difference' in outcome ? outcome.difference : undefined;
}

test.each([
  ['<a/>', '<a></a>'],
  ["<a b='1' c='2'/>", "<a c='2' b='1'/>"],
  ["<a xmlns='u'/>", "<p:a xmlns:p='u'/>"],
  ['<a><b/><c/></a>', '<a>\n <b/>\n <c/>\n</a>'],
  ['<a>x</a>', '<a><![CDATA[x]]></a>'],
  ['<a ...></a>', "<a b='1' p:c='2' xmlns:p='u'/>"],
  ["<a b='1' .../>", "<a b='1' c='2'/>"],
  ['<a>...</a>', '<a>text<b/></a>'],
  ['<a>...</a>', '<a/>'],
  ['<a><c/>...</a>', '<a><b/><c/>text</a>'],
  ["<a><c n='2'/><c n='1'/>...</a>", "<a><c n='1'/><c n='2'/></a>"],
  ["<a b?='1'/>", '<a/>'],
  ["<a b?='1'/>", "<a b='1'/>"],
  ["<a b='...'/>", "<a b='...'/>"],
  ['<a/>', "<a xml:lang='en'/>"],
  ["<a xml:lang='de'/>", "<a xml:lang='de'/>"],
  ["<a b='{x}'><c d='{x}'/></a>", "<a b='1'><c d='1'/></a>"],
  [
    '<iq>{error cancel gone}</iq>',
    "<iq><error type='cancel' by='x'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>t</text></error></iq>",
  ],
])('%s matches %s', (pattern, xml) => {
  expect(difference(pattern, xml)).toBeUndefined();
});

test.each([
  ['<a/>', '<b/>', 'expected <a/>, got <b/>'],
  ['<a/>', "<a xmlns='u'/>", "expected namespace 'jabber:client', got 'u'"],
  ["<a b='1'/>", '<a/>', "attribute 'b' of <a/> is missing"],
  ["<a b='1'/>", "<a b='2'/>", "attribute 'b' of <a/>: expected '1', got '2'"],
  ["<a b?='1'/>", "<a b='2'/>", "expected '1', got '2'"],
  ['<a/>', "<a b='1'/>", "unexpected attribute 'b' of <a/> with value '1'"],
  ["<a b='1'/>", "<a p:b='1' xmlns:p='u'/>", "attribute 'b' of <a/> is missing"],
  ['<a/>', "<a xml:lang='de'/>", "unexpected attribute 'lang'"],
  ['<a><b/></a>', "<a><b xml:lang='en'/></a>", "unexpected attribute 'lang'"],
  ["<a xml:lang='en'/>", '<a/>', "attribute 'xml:lang' of <a/> is missing"],
  ['<a/>', '<a>x</a>', "text of <a/>: expected '', got 'x'"],
  ['<a>x</a>', '<a>y</a>', "expected 'x', got 'y'"],
  ['<a>x</a>', '<a> x</a>', "expected 'x', got ' x'"],
  ['<a/>', '<a><b/></a>', 'unexpected <b/> in <a/>'],
  ['<a><b/></a>', '<a/>', 'no <b/> in <a/>'],
  ['<a><b/></a>', '<a><b/><c/></a>', 'unexpected <c/> in <a/>'],
  ['<a><b/></a>', '<a>x<b/></a>', "unexpected text 'x' in <a/>"],
  ['<a><b/><c/></a>', '<a><c/><b/></a>', 'expected <b/>, got <c/>'],
  ['<a><b/>...</a>', '<a><c/></a>', "no <b xmlns='jabber:client'/> in <a/>"],
  ['<a><b/><b/>...</a>', '<a><b/></a>', "no <b xmlns='jabber:client'/> in <a/>"],
  ["<a><b c='1'/>...</a>", "<a><b c='2'/></a>", "expected '1', got '2'"],
  ["<a b='{x}'><c d='{x}'/></a>", "<a b='1'><c d='2'/></a>", "got '2'"],
  ['<iq>{error cancel gone}</iq>', "<iq><error type='wait'/></iq>", "expected 'cancel', got 'wait'"],
])('%s does not match %s', (pattern, xml, message) => {
  expect(difference(pattern, xml)).toContain(message);
});
