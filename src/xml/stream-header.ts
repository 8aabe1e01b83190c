/** The start tag of a stream's root element (RFC 6120 §4.7). */
import type { Attributes } from './element.ts';
import type { Scope } from './scan.ts';

/** A received stream header, before anybody judged it. It is the scope of the stanzas that follow. */
export class StreamHeader implements Scope {
  /** Local name. */
  readonly name: string;
  readonly ns: string;
  /** Without namespace declarations. */
  readonly attrs: Attributes;
  /** The content namespace (RFC 6120 §4.8.2): its default namespace, empty if it declares none. */
  readonly contentNs: string;
  /** Prefixes it declares, with their namespaces. */
  readonly prefixes: ReadonlyMap<string, string>;
  /** Name as written, prefix included, as latin1 bytes. */
  readonly tag: string;

  constructor(
    name: string,
    ns: string,
    attrs: Attributes,
    contentNs: string,
    prefixes: ReadonlyMap<string, string>,
    tag: string,
  ) {
    this.name = name;
    this.ns = ns;
    this.attrs = attrs;
    this.contentNs = contentNs;
    this.prefixes = prefixes;
    this.tag = tag;
  }

  get defaultNs(): string {
    return this.contentNs;
  }
  get to(): string | undefined {
    return this.attrs.get('to');
  }
  get from(): string | undefined {
    return this.attrs.get('from');
  }
  get id(): string | undefined {
    return this.attrs.get('id');
  }
  get version(): string | undefined {
    return this.attrs.get('version');
  }
  get lang(): string | undefined {
    return this.attrs.get('xml:lang');
  }
}
