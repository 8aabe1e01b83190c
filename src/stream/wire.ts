/** What a server writes on a client's stream, as bytes, one character each. */
import type { StreamError } from '../stanza/stream-error.ts';
import type { Element } from '../xml/element.ts';
import { valueToWire } from '../xml/escape.ts';
import { NS_CLIENT, NS_STREAM } from '../xml/namespaces.ts';
import { serialise } from '../xml/serialise.ts';

/** The end of a stream (RFC 6120 §4.4). */
export const CLOSE_TAG = '</stream:stream>';

/**
 * The response header (RFC 6120 §4.7).
 * @param from the host's domain, empty where the client asked for none that there is (§4.9.1.3)
 * @param to whom the client claims to be
 * @param versioned whether the client named a version: one that did not may not know what to do with ours (§4.7.5)
 */
export function headerWire(id: string, from: string, to: string | undefined, versioned: boolean): string {
  return (
    `<?xml version='1.0'?><stream:stream xmlns='${NS_CLIENT}' xmlns:stream='${NS_STREAM}'` +
    ` id='${id}' from='${valueToWire(from)}'${to === undefined ? '' : ` to='${valueToWire(to)}'`}` +
    `${versioned ? " version='1.0'" : ''} xml:lang='en'>`
  );
}

/** `<stream:features/>` (RFC 6120 §4.3.2). */
export function featuresWire(features: readonly Element[]): string {
  return `<stream:features>${childrenWire(features)}</stream:features>`;
}

/** `<stream:error/>` (RFC 6120 §4.9.2). */
export function errorWire(error: StreamError): string {
  return `<stream:error>${childrenWire(error.toElement().elements())}</stream:error>`;
}

/** A first-level element. */
export function elementWire(element: Element): string {
  return serialise(element, NS_CLIENT);
}

function childrenWire(children: readonly Element[]): string {
  let wire = '';
  for (const child of children) wire += elementWire(child);
  return wire;
}
