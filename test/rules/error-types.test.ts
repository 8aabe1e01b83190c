/** The conditions of stanza errors with the types that RFC 6120 §8.3.3 gives them, written down a second time. */
import { expect, test } from 'vitest';
import { StanzaError, type StanzaErrorCondition } from '../../src/stanza/errors.ts';

const TYPES: Readonly<Record<StanzaErrorCondition, readonly string[]>> = {
  // covers: 6120-8.3.3.1-bad-request 6120-8.3.3.2-conflict 6120-8.3.3.3-feature-not-implemented 6120-8.3.3.4-forbidden
  'bad-request': ['modify'],
  conflict: ['cancel'],
  'feature-not-implemented': ['cancel', 'modify'],
  forbidden: ['auth'],
  // covers: 6120-8.3.3.5-gone 6120-8.3.3.6-internal-server-error 6120-8.3.3.7-item-not-found 6120-8.3.3.8-jid-malformed
  gone: ['cancel'],
  'internal-server-error': ['cancel', 'wait'],
  'item-not-found': ['cancel'],
  'jid-malformed': ['modify'],
  // covers: 6120-8.3.3.9-not-acceptable 6120-8.3.3.10-not-allowed 6120-8.3.3.11-not-authorized
  'not-acceptable': ['modify'],
  'not-allowed': ['cancel'],
  'not-authorized': ['auth'],
  // covers: 6120-8.3.3.12-policy-violation 6120-8.3.3.13-recipient-unavailable 6120-8.3.3.14-redirect
  'policy-violation': ['modify', 'wait'],
  'recipient-unavailable': ['wait'],
  redirect: ['modify'],
  // covers: 6120-8.3.3.15-registration-required 6120-8.3.3.16-remote-server-not-found 6120-8.3.3.17-remote-server-timeout
  'registration-required': ['auth'],
  'remote-server-not-found': ['cancel'],
  'remote-server-timeout': ['wait'],
  // covers: 6120-8.3.3.18-resource-constraint 6120-8.3.3.19-service-unavailable 6120-8.3.3.20-subscription-required
  'resource-constraint': ['wait'],
  'service-unavailable': ['cancel'],
  'subscription-required': ['auth'],
  // covers: 6120-8.3.3.22-unexpected-request
  'undefined-condition': ['auth', 'cancel', 'continue', 'modify', 'wait'],
  'unexpected-request': ['wait', 'modify'],
};

const NS_STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas';

function conditions(): StanzaErrorCondition[] {
  const known = new Set<string>(Object.keys(TYPES));
  const isCondition = (name: string): name is StanzaErrorCondition => known.has(name);
  return Object.keys(TYPES).filter(isCondition);
}

test.each(conditions())('%s', (condition) => {
  const element = new StanzaError(condition).toElement();
  expect(TYPES[condition]).toContain(element.attr('type'));
  expect(element.child(condition, NS_STANZAS)).toBeDefined();
});

test.each(['gone', 'redirect'] as const)('%s names the other address', (condition) => {
  const error = new StanzaError(condition, undefined, undefined, { uri: 'xmpp:romeo@example.net' });
  expect(error.toElement().child(condition, NS_STANZAS)?.text()).toBe('xmpp:romeo@example.net');
});
