/** A small XML tree for what a server sends, made by a parser (saxes) that shares nothing with the one under test. */
import { SaxesParser, type SaxesTagNS } from 'saxes';

/** One attribute; `ns` is empty for one without a prefix. */
export interface XmlAttribute {
  readonly ns: string;
  readonly name: string;
  readonly prefix: string;
  readonly value: string;
}

/** An element and all it contains. Namespace declarations are not attributes. */
export interface XmlNode {
  readonly ns: string;
  readonly name: string;
  readonly prefix: string;
  readonly attributes: readonly XmlAttribute[];
  readonly children: (XmlNode | string)[];
  /** Line of its start tag in a parsed fragment, from 0. */
  readonly line: number;
}

/** A fragment is not namespace-well-formed; `line` counts from 0. */
export class FragmentError extends Error {
  readonly line: number;
  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

/** What comes out of a stream, in order. */
export type StreamEvent =
  | { readonly kind: 'header'; readonly node: XmlNode }
  | { readonly kind: 'element'; readonly node: XmlNode }
  | { readonly kind: 'end' }
  | { readonly kind: 'malformed'; readonly problem: string };

const NS_XMLNS = 'http://www.w3.org/2000/xmlns/';
const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';

/**
 * Parses what a server sends as it arrives: the header of a stream, its first-level elements, its end. After the success
 * of SASL a new stream begins (RFC 6120 §6.4.6).
 */
export class XmlStream {
  #parser = this.#newParser();
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  readonly #listener: (event: StreamEvent) => void;
  readonly #open: XmlNode[] = [];
  #header = false;
  #broken = false;

  /** @param listener gets every event; `malformed` is the last one */
  constructor(listener: (event: StreamEvent) => void) {
    this.#listener = listener;
  }

  /** Take bytes from the server. */
  write(bytes: Buffer): void {
    if (this.#broken) return;
    let text: string;
    try {
      text = this.#decoder.decode(bytes, { stream: true });
    } catch {
      return this.#fail('bytes that are not UTF-8');
    }
    for (const piece of text.split(/(?<=>)/)) this.#parser.write(piece); // by tags, for a new parser may take the next
  }

  #newParser(): SaxesParser<{ xmlns: true; position: false }> {
    const parser = new SaxesParser({ xmlns: true, position: false });
    parser.on('opentag', (tag) => this.#opened(tag));
    parser.on('closetag', () => this.#closed());
    parser.on('text', (text) => this.#text(text));
    parser.on('cdata', (text) => this.#text(text));
    parser.on('comment', () => this.#fail('a comment'));
    parser.on('doctype', () => this.#fail('a document type declaration'));
    parser.on('processinginstruction', () => this.#fail('a processing instruction'));
    parser.on('error', (error) => this.#fail(error.message));
    return parser;
  }

  #opened(tag: SaxesTagNS): void {
    const node = nodeOf(tag, 0);
    if (!this.#header) {
      this.#header = true;
      return this.#emit({ kind: 'header', node });
    }
    this.#open.at(-1)?.children.push(node);
    this.#open.push(node);
  }

  #closed(): void {
    const node = this.#open.pop();
    if (node === undefined) return this.#emit({ kind: 'end' });
    if (this.#open.length > 0) return;
    if (node.name === 'success' && node.ns === NS_SASL) {
      this.#header = false;
      this.#parser = this.#newParser();
    }
    this.#emit({ kind: 'element', node });
  }

  #text(text: string): void {
    const parent = this.#open.at(-1);
    if (parent !== undefined) parent.children.push(text);
    else if (text.trim() !== '') this.#fail(`text between elements: ${text.trim()}`);
  }

  #fail(problem: string): void {
    if (this.#broken) return;
    this.#emit({ kind: 'malformed', problem });
    this.#broken = true;
  }

  /** The parser goes on after an error; nobody hears of it. */
  #emit(event: StreamEvent): void {
    if (!this.#broken) this.#listener(event);
  }
}

/**
 * Parse several elements standing side by side.
 * @param namespaces what prefixes (`''`: none) mean without being declared
 * @throws FragmentError
 */
export function parseFragment(text: string, namespaces: Readonly<Record<string, string>>): XmlNode[] {
  const parser = new SaxesParser({ xmlns: true, additionalNamespaces: { ...namespaces } });
  const wrapper: XmlNode = { ns: '', name: '', prefix: '', attributes: [], children: [], line: 0 };
  let line = 0;
  const open: XmlNode[] = [wrapper];
  parser.on('opentagstart', () => (line = parser.line - 1));
  parser.on('opentag', (tag) => {
    const node = nodeOf(tag, line);
    open.at(-1)?.children.push(node);
    open.push(node);
  });
  parser.on('closetag', () => void open.pop());
  parser.on('text', (data) => void open.at(-1)?.children.push(data));
  parser.on('cdata', (data) => void open.at(-1)?.children.push(data));
  parser.on('error', (error) => {
    throw new FragmentError(parser.line - 1, error.message.replace(/^[0-9:]+ /, ''));
  });
  const declarations = Object.entries(namespaces).map(([prefix, ns]) => ` xmlns${prefix && ':'}${prefix}='${ns}'`);
  parser.write(`<wrapper${declarations.join('')}>${text}</wrapper>`).close();
  const [root] = wrapper.children;
  return typeof root === 'object' ? root.children.filter((child) => typeof child !== 'string') : [];
}

function nodeOf(tag: SaxesTagNS, line: number): XmlNode {
  const attributes = Object.values(tag.attributes)
    .filter((attribute) => attribute.uri !== NS_XMLNS)
    .map(({ uri, local, prefix, value }) => ({ ns: uri, name: local, prefix, value }));
  return { ns: tag.uri, name: tag.local, prefix: tag.prefix, attributes, children: [], line };
}

/** The text directly inside an element. */
export function textOf(node: XmlNode): string {
  return node.children.filter((child) => typeof child === 'string').join('');
}

/** The value of an attribute without namespace, or `undefined`. */
export function attributeOf(node: XmlNode, name: string): string | undefined {
  return node.attributes.find((attribute) => attribute.ns === '' && attribute.name === name)?.value;
}

/** The child elements. */
export function childElements(node: XmlNode): XmlNode[] {
  return node.children.filter((child) => typeof child !== 'string');
}
