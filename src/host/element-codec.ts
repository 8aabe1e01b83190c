/** How modules store an element: as XML text. */
import type { Codec } from '../storage/stores.ts';
import type { Element } from '../xml/element.ts';
import { LIMITS_OWN } from '../xml/limits.ts';
import { parseStanza } from '../xml/reader.ts';
import { serialise } from '../xml/serialise.ts';

/** Elements as XML text with their namespaces. */
export const elementCodec: Codec<Element> = {
  encode: (element) => Buffer.from(serialise(element, ''), 'latin1').toString(),
  decode: (text) => parseStanza(text, LIMITS_OWN).tree(),
};
