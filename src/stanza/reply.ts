/**
 * Answers to stanzas: addresses swapped, `id` kept (RFC 6120 §8.1.3, §8.2.3, §8.3.1).
 *
 * An error does not repeat the payload it refuses, which §8.3.1 leaves to us. Prosody does the same; it keeps an error
 * small whatever was sent, and hands nothing back under another sender's name.
 */
import { el, type Element } from '../xml/element.ts';
import { Stanza } from '../xml/stanza.ts';
import type { StanzaError } from './errors.ts';

/** The result of a request, empty without a payload. */
export function iqResult(request: Stanza, payload?: Element): Stanza {
  return reply(request, 'result', payload);
}

/**
 * The error that answers a stanza. `undefined` for one that must not be answered: an error (§8.3.1) or the answer to a
 * request (§8.2.3).
 */
export function errorReply(stanza: Stanza, error: StanzaError): Stanza | undefined {
  if (stanza.type === 'error' || (stanza.name === 'iq' && stanza.type === 'result')) return undefined;
  return reply(stanza, 'error', error.toElement(stanza.ns, stanza.to));
}

function reply({ name, ns, id, to, from }: Stanza, type: string, child: Element | undefined): Stanza {
  return Stanza.of(el(name, ns, { type, id, to: from, from: to }, child));
}
