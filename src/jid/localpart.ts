import { fitsPart, MAX_UNPREPARED_UNITS } from './part-limit.ts';
import { prepareUsername } from './precis.ts';

/** RFC 7622 §3.3.1: allowed by the profile, but never in a localpart. */
function isExcluded(code: number): boolean {
  switch (code) {
    case 0x22: // "
    case 0x26: // &
    case 0x27: // '
    case 0x2f: // /
    case 0x3a: // :
    case 0x3c: // <
    case 0x3e: // >
    case 0x40: // @
      return true;
    default:
      return false;
  }
}

/**
 * The canonical form of a localpart (RFC 7622 §3.3), `undefined` if it is malformed. XEP-0106 escapes are ordinary
 * characters here: only what shows a JID to a person unescapes them.
 */
export function prepareLocalpart(text: string): string | undefined {
  if (text.length > MAX_UNPREPARED_UNITS) return undefined;
  const prepared = prepareUsername(text);
  if (prepared === undefined || !fitsPart(prepared)) return undefined;
  // After the preparation, which makes some of them out of fullwidth forms.
  for (let i = 0; i < prepared.length; i++) {
    if (isExcluded(prepared.charCodeAt(i))) return undefined;
  }
  return prepared;
}
