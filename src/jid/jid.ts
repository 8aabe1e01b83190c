import { prepareDomainpart } from './domainpart.ts';
import { flatCopy } from './flat-copy.ts';
import { JidCache } from './jid-cache.ts';
import { prepareLocalpart } from './localpart.ts';
import { prepareResourcepart } from './resourcepart.ts';

/** Two generations of 5000 texts; with texts of the greatest length about 6 MB in all. */
const cache = new JidCache<Jid>(5000, 128);

/**
 * An XMPP address (RFC 7622), prepared and canonical: whoever holds one needs no further check.
 *
 * Two JIDs are the same if and only if their `key`s are equal; it is what to compare, store and index by.
 */
export class Jid {
  /** The canonical localpart, `undefined` if there is none. */
  readonly local: string | undefined;
  /** The canonical domainpart: U-labels in Unicode, an IPv6 address in brackets, no trailing dot. */
  readonly domain: string;
  /** The canonical resourcepart, `undefined` if there is none. */
  readonly resource: string | undefined;
  /** The canonical text `local@domain/resource`. */
  readonly key: string;
  #bare: Jid | undefined;

  private constructor(local: string | undefined, domain: string, resource: string | undefined) {
    const account = local === undefined ? domain : `${local}@${domain}`;
    // The parts become substrings of this copy, not of the text that they came from.
    this.key = flatCopy(resource === undefined ? account : `${account}/${resource}`);
    this.local = local === undefined ? undefined : this.key.slice(0, local.length);
    this.domain = this.key.slice(account.length - domain.length, account.length);
    this.resource = resource === undefined ? undefined : this.key.slice(account.length + 1);
  }

  /**
   * The JID that the text stands for (RFC 7622 §3.1), `undefined` if it is malformed. The same short text gives the same
   * object as long as it is in use.
   */
  static parse(text: string): Jid | undefined {
    const cached = cache.get(text);
    if (cached !== undefined) return cached;
    const slash = text.indexOf('/');
    const bare = slash === -1 ? text : text.slice(0, slash);
    const at = bare.indexOf('@');
    const jid = Jid.of(
      at === -1 ? undefined : bare.slice(0, at),
      at === -1 ? bare : bare.slice(at + 1),
      slash === -1 ? undefined : text.slice(slash + 1),
    );
    if (jid !== undefined) cache.set(text, jid);
    return jid;
  }

  /** The JID of these parts, each of which is prepared; `undefined` if one is malformed. An empty part is. */
  static of(local: string | undefined, domain: string, resource?: string): Jid | undefined {
    const preparedDomain = prepareDomainpart(domain);
    if (preparedDomain === undefined) return undefined;
    const preparedLocal = local === undefined ? undefined : prepareLocalpart(local);
    if (local !== undefined && preparedLocal === undefined) return undefined;
    const preparedResource = resource === undefined ? undefined : prepareResourcepart(resource);
    if (resource !== undefined && preparedResource === undefined) return undefined;
    return new Jid(preparedLocal, preparedDomain, preparedResource);
  }

  /** Without resourcepart; itself if it has none. Always the same object. */
  get bare(): Jid {
    if (this.resource === undefined) return this;
    return (this.#bare ??= new Jid(this.local, this.domain, undefined));
  }

  /** Whether there is no resourcepart: `local@domain` or `domain`. */
  get isBare(): boolean {
    return this.resource === undefined;
  }

  /** Whether there is a resourcepart: `local@domain/resource` or `domain/resource`. */
  get isFull(): boolean {
    return this.resource !== undefined;
  }

  /** Whether there is only a domainpart. */
  get isDomain(): boolean {
    return this.local === undefined && this.resource === undefined;
  }

  /** This JID with another resourcepart, which is prepared; `undefined` if that is malformed. */
  withResource(resource: string): Jid | undefined {
    const prepared = prepareResourcepart(resource);
    return prepared === undefined ? undefined : new Jid(this.local, this.domain, prepared);
  }

  /** Whether both are the same address. */
  equals(other: Jid): boolean {
    return this.key === other.key;
  }

  /** The canonical text. */
  toString(): string {
    return this.key;
  }

  /** The canonical text, so that JSON and logs show it instead of the parts. */
  toJSON(): string {
    return this.key;
  }
}
