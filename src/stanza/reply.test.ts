import { describe, expect, test } from 'vitest';
import { el, type Element } from '../xml/element.ts';
import { NS_CLIENT, NS_SERVER, NS_STANZA_ERRORS } from '../xml/namespaces.ts';
import { Stanza } from '../xml/stanza.ts';
import { StanzaError } from './errors.ts';
import { errorReply, iqResult } from './reply.ts';

const ROMEO = 'romeo@montague.lit/orchard';
const JULIET = 'juliet@capulet.lit';
const stanza = (name: string, type: string | undefined, ...children: Element[]): Stanza =>
  Stanza.of(el(name, NS_CLIENT, { type, id: 'a<1>', from: ROMEO, to: JULIET }, children));

describe('iqResult', () => {
  test('goes back to who asked, with the id and the payload', () => {
    const payload = el('query', 'jabber:iq:version');
    expect(iqResult(stanza('iq', 'get', payload), payload).tree()).toEqual(
      el('iq', NS_CLIENT, { type: 'result', id: 'a<1>', to: ROMEO, from: JULIET }, payload),
    );
  });

  test('may be empty, keeps the namespace, has only the addresses that the request had', () => {
    const request = Stanza.of(el('iq', NS_SERVER, { type: 'set', id: '1' }, el('ping', 'urn:xmpp:ping')));
    expect(iqResult(request).tree()).toEqual(el('iq', NS_SERVER, { type: 'result', id: '1' }));
  });
});

describe('errorReply', () => {
  const error = new StanzaError('service-unavailable');
  const errorElement = el('error', NS_CLIENT, { type: 'cancel' }, el('service-unavailable', NS_STANZA_ERRORS));

  test.each([
    ['iq', 'get'],
    ['iq', 'set'],
    ['iq', undefined],
    ['iq', 'strange'],
    ['message', undefined],
    ['message', 'chat'],
    ['message', 'groupchat'],
    ['message', 'headline'],
    ['message', 'result'],
    ['presence', undefined],
    ['presence', 'subscribe'],
    ['presence', 'unavailable'],
  ])('answers %s of type %s, without its payload', (name, type) => {
    const refused = stanza(name, type, el('body', NS_CLIENT, 'a'.repeat(1000)));
    expect(errorReply(refused, error)?.tree()).toEqual(
      el(name, NS_CLIENT, { type: 'error', id: 'a<1>', to: ROMEO, from: JULIET }, errorElement),
    );
  });

  test.each([
    ['iq', 'result'],
    ['iq', 'error'],
    ['message', 'error'],
    ['presence', 'error'],
  ])('S55: never answers %s of type %s', (name, type) => {
    expect(errorReply(stanza(name, type), error)).toBeUndefined();
  });

  test('leaves out `by` where it is the sender of the error, and answers in the namespace of the stanza', () => {
    const by = (jid: string): string | undefined =>
      errorReply(stanza('message', 'chat'), new StanzaError('forbidden', undefined, undefined, { by: jid }))
        ?.child('error', NS_CLIENT)
        ?.attr('by');
    expect(by(JULIET)).toBeUndefined();
    expect(by('capulet.lit')).toBe('capulet.lit');
    const server = Stanza.of(el('message', NS_SERVER, { from: ROMEO, to: JULIET }));
    expect(errorReply(server, error)?.child('error', NS_SERVER)?.attr('type')).toBe('cancel');
  });
});
