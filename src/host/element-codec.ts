/** How modules store an element: as XML text. */
import type { Codec } from '../storage/stores.ts';
import type { Element } from '../xml/element.ts';
import { LIMITS_AFTER_AUTH } from '../xml/limits.ts';
import { parseStanza } from '../xml/reader.ts';
import { serialise } from '../xml/serialise.ts';

/** What is stored was accepted within these limits; escaping may have made it longer. */
const LIMITS = { ...LIMITS_AFTER_AUTH, bytes: 8 * LIMITS_AFTER_AUTH.bytes };

/** Elements as XML text with their namespaces. */
export const elementCodec: Codec<Element> = {
  encode: (element) => Buffer.from(serialise(element, ''), 'latin1').toString(),
  decode: (text) => parseStanza(text, LIMITS).tree(),
};
