/** What one element on a stream may cost. Counted while scanning: the first thing too many ends the stream. */
export interface XmlLimits {
  /** Bytes of a stanza or of a stream header. */
  readonly bytes: number;
  /** Nesting of elements, the stanza itself being 1. */
  readonly depth: number;
  /** Elements of a stanza, itself included. */
  readonly elements: number;
  /** Attributes of one element, namespace declarations included. */
  readonly attributes: number;
  /** Bytes of the name of an element or attribute, its prefix included. */
  readonly nameBytes: number;
  /** Prefixes bound at one place, those of the stream header included. */
  readonly namespaces: number;
}

/** For somebody who has not shown who they are. */
export const LIMITS_BEFORE_AUTH: XmlLimits = {
  bytes: 8192,
  depth: 16,
  elements: 64,
  attributes: 16,
  nameBytes: 256,
  namespaces: 32,
};

/** For the clients of authenticated accounts. */
export const LIMITS_AFTER_AUTH: XmlLimits = {
  bytes: 262_144,
  depth: 64,
  elements: 10_000,
  attributes: 64,
  nameBytes: 256,
  namespaces: 32,
};

/**
 * For what this server accepted once and wrote itself: stored elements, stanzas from another node. It may have grown
 * since, by escaping, stamps and wrapping.
 */
export const LIMITS_OWN: XmlLimits = {
  bytes: 8 * 524_288,
  depth: 128,
  elements: 40_000,
  attributes: 128,
  nameBytes: 512,
  namespaces: 64,
};
