import { describe, expect, it } from 'vitest';
import { el } from './element.ts';
import { NS_CLIENT, NS_STANZA_ERRORS } from './namespaces.ts';
import { printElement } from './print.ts';

const SECRET = 'c2VjcmV0';

describe('printElement', () => {
  it('shows what a stanza is', () => {
    const message = el('message', NS_CLIENT, { to: 'a@b', type: 'chat', id: '7' }, el('body', NS_CLIENT, 'hello'));
    expect(printElement(message)).toBe(
      "<message xmlns='jabber:client' to='a@b' type='chat' id='7'><body>…5</body></message>",
    );
  });

  it('shows availability and errors', () => {
    const presence = el('presence', NS_CLIENT, el('show', NS_CLIENT, 'away'), el('status', NS_CLIENT, 'at home'));
    expect(printElement(presence)).toContain('<show>away</show><status>…7</status>');
    expect(printElement(el('text', NS_STANZA_ERRORS, 'no such user'))).toContain('no such user');
  });

  it.each([
    el('auth', 'urn:ietf:params:xml:ns:xmpp-sasl', { mechanism: 'PLAIN' }, SECRET),
    el('response', 'urn:ietf:params:xml:ns:xmpp-sasl', SECRET),
    el('success', 'urn:ietf:params:xml:ns:xmpp-sasl', SECRET),
    el('iq', NS_CLIENT, el('query', 'jabber:iq:register', el('password', 'jabber:iq:register', SECRET))),
    el('iq', NS_CLIENT, el('query', 'jabber:iq:auth', el('digest', 'jabber:iq:auth', SECRET))),
    el(
      'presence',
      NS_CLIENT,
      el('x', 'http://jabber.org/protocol/muc', el('password', 'http://jabber.org/protocol/muc', SECRET)),
    ),
    el('token', 'urn:xmpp:fast:0', { expiry: '2030-01-01', token: SECRET }),
    el('resume', 'urn:xmpp:sm:3', { previd: SECRET, h: 3 }),
    el('enabled', 'urn:xmpp:sm:3', { id: SECRET }),
    el('slot', 'urn:xmpp:http:upload:0', el('put', 'urn:xmpp:http:upload:0', { url: `https://u/${SECRET}` })),
    el('secret', 'urn:of-tomorrow', { [SECRET.toLowerCase()]: SECRET }, el('x', 'urn:of-tomorrow', SECRET)),
    el('message', NS_CLIENT, el('body', NS_CLIENT, SECRET), el('subject', NS_CLIENT, SECRET)),
  ])('hides the secret of %s', (element) => {
    expect(printElement(element)).not.toContain(SECRET);
  });

  it('escapes what would disturb a terminal or a line', () => {
    const printed = printElement(el('message', NS_CLIENT, { to: 'a\n\u001b[31m\u202e\u2028\u200f\ud800b' }));
    expect(printed).toContain("to='a\\u{a}\\u{1b}[31m\\u{202e}\\u{2028}\\u{200f}\\u{d800}b'");
  });

  it('is short whatever it prints', () => {
    const wide = el('x', 'urn:x', ...Array.from({ length: 1000 }, () => el('y', 'urn:x', { to: 'z'.repeat(9999) })));
    expect(printElement(wide).length).toBeLessThan(1100);
    expect(printElement(wide).endsWith('…')).toBe(true);
    expect(printElement(el('x', 'urn:x', { to: 'z'.repeat(200) }))).toContain(`${'z'.repeat(128)}…'`);
  });
});
