import { fitsPart, MAX_UNPREPARED_UNITS } from './part-limit.ts';
import { prepareOpaqueString } from './precis.ts';

/** The canonical form of a resourcepart (RFC 7622 §3.4), `undefined` if it is malformed. Spaces may stand anywhere. */
export function prepareResourcepart(text: string): string | undefined {
  if (text.length > MAX_UNPREPARED_UNITS) return undefined;
  const prepared = prepareOpaqueString(text);
  return prepared !== undefined && fitsPart(prepared) ? prepared : undefined;
}
