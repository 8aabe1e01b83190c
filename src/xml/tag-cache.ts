// Uses `as` on array elements: slots are masked to the size of the tables, bytes are below `end`.
/**
 * Start tags of stanzas' children that come again and again, byte for byte: `<body>`, `<active xmlns='…'/>`.
 *
 * Only tags are kept whose meaning depends on nothing around them but the default namespace. What was found valid once is
 * valid again, so the scanner need not look at it twice. Direct-mapped, like `InternTable`.
 */
import { SLASH } from './byte-class.ts';

/** A power of two. */
const SLOTS = 256;
/** Longest tag kept, in bytes. */
const WIDTH = 96;

/** A tag as it was when it was scanned. */
interface KnownTag {
  /** Bytes of the whole tag. */
  readonly length: number;
  readonly name: string;
  /** Bytes of its name. */
  readonly nameLength: number;
  /** The namespace it declares. */
  readonly ns: string | undefined;
  readonly isEmpty: boolean;
}

const BYTES = new Uint8Array(SLOTS * WIDTH);
const TAGS = new Array<KnownTag | undefined>(SLOTS).fill(undefined);

/** The tag at `i`, where there is a `<`, if it is known and all there. */
export function knownTag(bytes: Uint8Array, i: number, end: number): KnownTag | undefined {
  if (i + 4 > end) return undefined;
  const slot = slotOf(bytes, i);
  const tag = TAGS[slot];
  if (tag === undefined || i + tag.length > end) return undefined;
  const offset = slot * WIDTH;
  for (let k = 1; k < tag.length; k++) if (BYTES[offset + k] !== bytes[i + k]) return undefined;
  return tag;
}

/** Keep the tag at `i`, which has no attribute or just a default namespace. */
export function keepTag(
  bytes: Uint8Array,
  i: number,
  end: number,
  name: string,
  nameLength: number,
  ns: string | undefined,
): void {
  if (end - i > WIDTH || end - i < 4) return;
  const slot = slotOf(bytes, i);
  const offset = slot * WIDTH;
  for (let k = 0; k < end - i; k++) BYTES[offset + k] = bytes[i + k] as number;
  TAGS[slot] = { length: end - i, name, nameLength, ns, isEmpty: bytes[end - 2] === SLASH };
}

function slotOf(bytes: Uint8Array, i: number): number {
  const hash =
    (bytes[i + 1] as number) + Math.imul(bytes[i + 2] as number, 31) + Math.imul(bytes[i + 3] as number, 997);
  return (hash ^ (hash >>> 8)) & (SLOTS - 1);
}
