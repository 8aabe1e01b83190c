// Uses `as` on the packed child list of a scan, whose layout is fixed.
/** What the XML benchmark compares: ways to read `to`, `type`, `id` and the children's names of every stanza. */
import SaxLtx from 'ltx/src/parsers/ltx.js';
import { SaxesParser } from 'saxes';
import { el } from '../src/xml/element.ts';
import { LIMITS_AFTER_AUTH } from '../src/xml/limits.ts';
import { attributeName } from '../src/xml/namespace-scope.ts';
import { NS_CLIENT } from '../src/xml/namespaces.ts';
import { XmlReader } from '../src/xml/reader.ts';
import { Scan, type Scope } from '../src/xml/scan.ts';
import { attributeValue } from '../src/xml/scanned.ts';
import { scanElement } from '../src/xml/scanner.ts';
import type { Stanza } from '../src/xml/stanza.ts';
import { STREAM_HEADER } from './xml-corpus.ts';

/** One way. `run` returns a number made of what it read: those with the same `facts` must agree. */
export interface Candidate {
  readonly name: string;
  readonly facts: string;
  run(chunks: readonly Buffer[]): number;
}

function saxes(chunks: readonly Buffer[]): number {
  let sum = 0;
  let depth = 0;
  const parser = new SaxesParser({ xmlns: true, position: false });
  parser.on('opentag', (tag) => {
    depth++;
    if (depth === 2) {
      const { to, type, id } = tag.attributes;
      sum += (to?.value.length ?? 0) + (type?.value.length ?? 0) + (id?.value.length ?? 0);
    } else if (depth === 3) sum += tag.local.length;
  });
  parser.on('closetag', () => depth--);
  parser.write(STREAM_HEADER);
  for (const chunk of chunks) parser.write(chunk.toString('utf8'));
  return sum;
}

function ltx(chunks: readonly Buffer[]): number {
  let sum = 0;
  let depth = 0;
  const parser = new SaxLtx();
  parser.on('startElement', (name, { to, type, id }) => {
    depth++;
    if (depth === 2) sum += (to?.length ?? 0) + (type?.length ?? 0) + (id?.length ?? 0);
    else if (depth === 3) sum += name.length;
  });
  parser.on('endElement', () => depth--);
  parser.write(STREAM_HEADER);
  for (const chunk of chunks) parser.write(chunk.toString('utf8'));
  return sum;
}

const SCOPE: Scope = { defaultNs: NS_CLIENT, prefixes: new Map() };

function scanner(chunks: readonly Buffer[]): number {
  let sum = 0;
  const scan = new Scan();
  for (const chunk of chunks) {
    for (let base = 0; base < chunk.length;) {
      scan.reset();
      const end = scanElement(scan, chunk, base, chunk.length, LIMITS_AFTER_AUTH, SCOPE);
      for (let k = 0; k < scan.rootAttributes; k++) {
        const name = attributeName(scan, chunk, k);
        if (name === 'to' || name === 'type' || name === 'id') sum += attributeValue(scan, chunk, k, name).length;
      }
      for (let n = 0; n < scan.childCount; n++) sum += (scan.children[n * 4] as string).length;
      base = end;
    }
  }
  return sum;
}

function stanzas(chunks: readonly Buffer[], take: (stanza: Stanza) => number): number {
  let sum = 0;
  const reader = new XmlReader(LIMITS_AFTER_AUTH);
  reader.push(Buffer.from(STREAM_HEADER));
  reader.next();
  for (const chunk of chunks) {
    reader.push(chunk);
    while (reader.next() !== undefined) sum += take(reader.stanza);
  }
  return sum;
}

function facts(stanza: Stanza): number {
  let sum = (stanza.to?.length ?? 0) + (stanza.type?.length ?? 0) + (stanza.id?.length ?? 0);
  for (let n = 0; n < stanza.childCount; n++) sum += stanza.childNameAt(n).length;
  return sum;
}

const STANZA_ID = el('stanza-id', 'urn:xmpp:sid:0', { id: '0123456789abcdef', by: 'user@example.org' });

function edited(stanza: Stanza): number {
  return stanza.append(STANZA_ID).wire(NS_CLIENT).length;
}

function stamped(stanza: Stanza): number {
  return stanza.with({ from: 'sender@example.org/resource' }).append(STANZA_ID).wire(NS_CLIENT).length;
}

/** All of them; the first is what the others are measured against. */
export const CANDIDATES: readonly Candidate[] = [
  { name: 'saxes', facts: 'read', run: saxes },
  { name: 'ltx', facts: 'read', run: ltx },
  { name: 'scanner', facts: 'read', run: scanner },
  { name: 'scanner + Stanza', facts: 'read', run: (chunks) => stanzas(chunks, facts) },
  { name: 'Stanza + stanza-id + wire', facts: 'edit', run: (chunks) => stanzas(chunks, edited) },
  { name: 'Stanza + from + stanza-id + wire', facts: 'stamp', run: (chunks) => stanzas(chunks, stamped) },
  { name: 'Stanza + tree', facts: 'tree', run: (chunks) => stanzas(chunks, (stanza) => stanza.tree().children.length) },
];
