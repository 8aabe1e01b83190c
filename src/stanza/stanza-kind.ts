/** Which stanzas may go on at all (RFC 6120 §8.2.3, RFC 6121 §4.7.1, §5.2.2). */
import type { Stanza } from '../xml/stanza.ts';
import { StanzaError } from './errors.ts';
import { presenceType } from './presence.ts';

/** What is wrong with a `message`, `presence` or `iq`, whatever it holds; `undefined` if nothing is. */
export function stanzaProblem(stanza: Stanza): StanzaError | undefined {
  switch (stanza.name) {
    case 'iq':
      return iqProblem(stanza);
    case 'presence':
      return presenceType(stanza) === undefined ? new StanzaError('bad-request', 'Unknown presence type') : undefined;
    default:
      return undefined; // a message of unknown type is a normal one
  }
}

/** RFC 6120 §8.2.3: an id, one of four types, and in a request exactly one payload. */
function iqProblem(iq: Stanza): StanzaError | undefined {
  if (iq.id === undefined) return new StanzaError('bad-request', 'An iq needs an id');
  switch (iq.type) {
    case 'get':
    case 'set':
      return iq.childCount === 1 ? undefined : new StanzaError('bad-request', 'A request needs exactly one child');
    case 'result':
    case 'error':
      return undefined;
    default:
      return new StanzaError('bad-request', 'An iq is a get, set, result or error');
  }
}
