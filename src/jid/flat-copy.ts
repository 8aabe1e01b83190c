import { MAX_PART_BYTES } from './part-limit.ts';

/** Room for the longest JID: three parts and their separators (RFC 7622 §3.1). */
const scratch = Buffer.allocUnsafeSlow(3 * MAX_PART_BYTES + 2);

/**
 * A copy of the text with memory of its own. A substring keeps the whole string alive that it was cut from, and a JID cut
 * from a stanza may outlive it by days. The text must be well-formed and at most as long as a JID.
 */
export function flatCopy(text: string): string {
  return scratch.toString('utf8', 0, scratch.write(text));
}
