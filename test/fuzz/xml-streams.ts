/** What a reader makes of the bytes of a stream, however they are cut. */
import type { Element } from '../../src/xml/element.ts';
import type { XmlLimits } from '../../src/xml/limits.ts';
import { NS_CLIENT, NS_STREAM } from '../../src/xml/namespaces.ts';
import { XmlReader } from '../../src/xml/reader.ts';
import { serialise } from '../../src/xml/serialise.ts';
import type { Stanza } from '../../src/xml/stanza.ts';
import { XmlError } from '../../src/xml/xml-error.ts';

/** Limits that decide nothing in generated streams. */
export const WIDE: XmlLimits = {
  bytes: 1e7,
  depth: 1e4,
  elements: 1e6,
  attributes: 1e4,
  nameBytes: 1e5,
  namespaces: 1e4,
};

/** Prefixes of `HEADER`, the default namespace under ''. */
export const HEADER_SCOPE: ReadonlyMap<string, string> = new Map([
  ['', NS_CLIENT],
  ['stream', NS_STREAM],
  ['a', 'urn:a'],
]);

/** A stream header that binds these. */
export const HEADER = `<stream:stream xmlns='${NS_CLIENT}' xmlns:stream='${NS_STREAM}' xmlns:a='urn:a' to='s'>`;

/**
 * Everything a stream gives, comparable: tokens, stanzas as they are written and as trees, the condition of the error, and
 * how many bytes were left when it was all read.
 * @param cuts ascending indexes at which a new chunk begins
 */
export function readStream(bytes: Buffer, cuts: readonly number[], limits: XmlLimits = WIDE): string[] {
  const reader = new XmlReader(limits);
  const events: string[] = [];
  try {
    let start = 0;
    for (const end of [...cuts, bytes.length]) {
      reader.push(Buffer.from(bytes.subarray(start, end)));
      start = end;
      for (let token = reader.next(); token !== undefined; token = reader.next()) {
        events.push(token);
        if (token === 'stanza') events.push(reader.stanza.wire(NS_CLIENT), serialise(reader.stanza.tree(), NS_CLIENT));
      }
    }
    events.push(`${reader.buffered} left`);
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    events.push(error.condition);
  }
  return events;
}

/** The first stanza of a stream with that content. */
export function firstStanza(content: string): Stanza {
  const reader = new XmlReader(WIDE);
  reader.push(Buffer.from(HEADER + content));
  if (reader.next() !== 'open' || reader.next() !== 'stanza') throw new Error('no stanza');
  return reader.stanza;
}

/** The element that a stream of the given default namespace holds, written as `wire`. */
export function reparsed(wire: string, outerNs: string): Element {
  const reader = new XmlReader(WIDE);
  reader.push(Buffer.from(`<r:r xmlns:r='urn:r' xmlns='${outerNs}'>${wire}`, 'latin1'));
  if (reader.next() !== 'open' || reader.next() !== 'stanza' || reader.buffered > 0) throw new Error('not one stanza');
  return reader.stanza.tree();
}
