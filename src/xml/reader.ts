// Uses `as number` on typed array elements: every index is below `end`.
/**
 * Pull reader of an XMPP stream: bytes in, header, first-level elements and the end of the stream out.
 *
 * It reads as far as it is asked to: who does not call `next()` pauses the stream, and what was not consumed stays
 * (RFC 6120 §4.3.3, §5.4.3.3).
 */
import { BANG, BYTE_CLASS, GT, LT, QUESTION, SLASH, SPACE } from './byte-class.ts';
import { InputBuffer } from './input-buffer.ts';
import type { XmlLimits } from './limits.ts';
import { NO_SCOPE, returnScan, takeScan, type Scan } from './scan.ts';
import { headerOf, stanzaOf } from './scanned.ts';
import { isWorthScanning, scanElement, scanRootTag } from './scanner.ts';
import type { Stanza } from './stanza.ts';
import type { StreamHeader } from './stream-header.ts';
import { utf8Length } from './utf8.ts';
import { scanXmlDeclaration } from './xml-declaration.ts';
import { XmlError, notWellFormed, tooMuch } from './xml-error.ts';

/** `open`: the header was read; `stanza`: an element of the first level was; `close`: the root's end tag was. */
export type XmlToken = 'open' | 'stanza' | 'close';

/**
 * Where in the document: at its very start; there after a restart; before its root; in the root; behind the tag of a
 * root that is an empty element; behind the root.
 */
type Position = 'start' | 'restart' | 'prolog' | 'content' | 'empty' | 'end';

/** Longest end tag of a stream, in bytes: it is read from its start again whenever it was cut. */
const MAX_END_TAG = 1024;

/** Reader of one connection. */
export class XmlReader {
  /** What an element may cost; may be changed between tokens. */
  limits: XmlLimits;
  readonly #input = new InputBuffer();
  #position: Position = 'start';
  /** Of the element whose rest has not come yet. */
  #scan: Scan | undefined;
  #header: StreamHeader | undefined;
  #stanza: Stanza | undefined;
  #error: Error | undefined;

  constructor(limits: XmlLimits) {
    this.limits = limits;
  }

  /** Bytes that were pushed and not consumed. */
  get buffered(): number {
    return this.#input.length;
  }

  /** The stream header, after `open`. */
  get header(): StreamHeader {
    if (this.#header === undefined) throw new Error('there is no stream header yet');
    return this.#header;
  }

  /** The stanza of the token `stanza`, until the next call of `next()`. */
  get stanza(): Stanza {
    if (this.#stanza === undefined) throw new Error('there is no stanza yet');
    return this.#stanza;
  }

  /** Bytes have come. The chunk belongs to the reader from now on. */
  push(chunk: Buffer): void {
    this.#input.push(chunk);
  }

  /**
   * The next token, or `undefined` when it takes more bytes.
   * @throws XmlError; then the reader is dead, and throws it again
   */
  next(): XmlToken | undefined {
    if (this.#error !== undefined) throw this.#error;
    this.#stanza = undefined; // an idle connection must not keep its last one alive
    try {
      const token = this.#next();
      if (token === undefined) this.#input.settle();
      return token;
    } catch (error) {
      this.#error = error instanceof Error ? error : new Error(String(error));
      throw error;
    }
  }

  /** A new document begins with the next byte (RFC 6120 §4.3.3). */
  restart(): void {
    this.#position = 'restart';
    this.#scan = undefined;
    this.#header = undefined;
    this.#stanza = undefined;
  }

  #next(): XmlToken | undefined {
    switch (this.#position) {
      case 'content':
        return this.#content();
      case 'empty':
        this.#position = 'end';
        return 'close';
      case 'end':
        if (this.#skipSpace()) throw notWellFormed('data after the end of the stream');
        return undefined;
      default:
        return this.#prolog();
    }
  }

  /** Between and in stanzas. */
  #content(): XmlToken | undefined {
    const input = this.#input;
    const header = this.header;
    let scan = this.#scan;
    if (scan === undefined) {
      if (!this.#skipSpace()) return undefined;
      if (input.bytes[input.start] !== LT) return this.#stray();
      if (input.length === 1) return undefined;
      const second = input.bytes[input.start + 1] as number;
      if (second === SLASH) return this.#endTag(header);
      if (second === BANG || second === QUESTION) throw restricted();
      scan = takeScan();
    }
    const start = input.start;
    const end = this.#bounded(scan);
    const next = end < 0 ? -1 : scanElement(scan, input.bytes, start, end, this.limits, header);
    if (next < 0) return this.#wait(scan);
    this.#stanza = stanzaOf(scan, input.bytes, next);
    this.#consume(scan, next);
    return 'stanza';
  }

  /** Before the root and in its start tag. */
  #prolog(): XmlToken | undefined {
    const input = this.#input;
    let scan = this.#scan;
    if (scan === undefined) {
      if (!this.#skipProlog()) return undefined;
      scan = takeScan();
    }
    const start = input.start;
    const end = this.#bounded(scan);
    const next = end < 0 ? -1 : scanRootTag(scan, input.bytes, start, end, this.limits, NO_SCOPE);
    if (next < 0) return this.#wait(scan);
    this.#header = headerOf(scan, input.bytes);
    this.#position = scan.selfClosing ? 'empty' : 'content';
    this.#consume(scan, next);
    return 'open';
  }

  /** Consume what may stand before the root. Is the root's start tag next? */
  #skipProlog(): boolean {
    const input = this.#input;
    const before = input.start;
    const isMore = this.#skipSpace();
    // White space before an XML declaration is wrong at the start of a stream. At a restart it is what followed the last
    // element of the stream before, such as a line end.
    if (this.#position === 'start' && input.start !== before) this.#position = 'prolog';
    if (!isMore) return false;
    const first = input.bytes[input.start] as number;
    if (first >= 0x80 && utf8Length(input.bytes, input.start, input.end) === 0) return false;
    if (first !== LT) throw notWellFormed('text before the stream header'); // a byte order mark too: RFC 6120 §11.6
    if (input.length === 1) return false;
    const second = input.bytes[input.start + 1] as number;
    if (second === QUESTION && this.#position !== 'prolog') {
      const next = scanXmlDeclaration(input.bytes, input.start, input.end);
      if (next === 0) return false;
      input.start = next;
      this.#position = 'prolog';
      return this.#skipProlog();
    }
    if (second === BANG || second === QUESTION) throw restricted();
    return true;
  }

  /** Consume white space, which is never kept. Is there something else? */
  #skipSpace(): boolean {
    const classes = BYTE_CLASS; // a local is read faster than an import
    const { bytes, end } = this.#input;
    let i = this.#input.start;
    while (i < end && (classes[bytes[i] as number] as number) & SPACE) i++;
    this.#input.start = i;
    return i < end;
  }

  /** How far may be scanned, or -1 if it is not worth while yet. */
  #bounded(scan: Scan): number {
    const { bytes, start, end } = this.#input;
    const bound = start + this.limits.bytes;
    if (end > bound) return bound;
    return isWorthScanning(scan, bytes, start, end) ? end : -1;
  }

  /** The element goes on in bytes that have not come, or may not come. */
  #wait(scan: Scan): undefined {
    if (this.#input.length > this.limits.bytes) throw tooMuch('bytes of an element');
    this.#scan = scan;
  }

  #consume(scan: Scan, next: number): void {
    this.#input.start = next;
    this.#scan = undefined;
    returnScan(scan);
  }

  /** Something that is not an element, between stanzas. */
  #stray(): undefined {
    const { bytes, start, end } = this.#input;
    const first = bytes[start] as number;
    if (first < 0x20) throw notWellFormed('control character');
    if (first >= 0x80 && utf8Length(bytes, start, end) === 0) return undefined;
    throw new XmlError('bad-format', 'text between stanzas');
  }

  #endTag(header: StreamHeader): 'close' | undefined {
    const { bytes, start, end } = this.#input;
    const { tag } = header;
    let i = start + 2;
    for (let k = 0; k < tag.length; k++, i++) {
      if (i >= end) return undefined;
      if (bytes[i] !== tag.charCodeAt(k)) throw notWellFormed("end tag that is not the stream's");
    }
    while (i < end && (BYTE_CLASS[bytes[i] as number] as number) & SPACE) i++;
    if (i - start > MAX_END_TAG) throw tooMuch('bytes of an end tag');
    if (i >= end) return undefined;
    if (bytes[i] !== GT) throw notWellFormed('malformed end tag');
    this.#input.start = i + 1;
    this.#position = 'end';
    return 'close';
  }
}

function restricted(): XmlError {
  return new XmlError('restricted-xml', 'processing instruction, comment or document type declaration');
}

/**
 * One whole element, with nothing before or behind it: a WebSocket frame (RFC 7395 §3.3.3), stored text.
 * @param xml text, or the bytes of its UTF-8 form, which must not change while this runs
 * @throws XmlError
 */
export function parseStanza(xml: string | Buffer, limits: XmlLimits): Stanza {
  if (typeof xml === 'string' && !xml.isWellFormed()) throw new XmlError('unsupported-encoding', 'lone surrogate');
  const bytes = typeof xml === 'string' ? Buffer.from(xml) : xml;
  if (bytes[0] !== LT) throw notWellFormed('not an element');
  if (bytes[1] === BANG || bytes[1] === QUESTION) throw restricted();
  const scan = takeScan();
  const next = scanElement(scan, bytes, 0, Math.min(bytes.length, limits.bytes), limits, NO_SCOPE);
  if (next < 0)
    throw bytes.length > limits.bytes ? tooMuch('bytes of an element') : notWellFormed('element without an end');
  if (next !== bytes.length) throw notWellFormed('data after the element');
  const stanza = stanzaOf(scan, bytes, next);
  returnScan(scan);
  return stanza;
}
