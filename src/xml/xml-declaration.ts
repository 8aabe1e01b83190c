/** The XML declaration (XML 1.0 §2.8, RFC 6120 §11.5). */
import { XmlError, notWellFormed } from './xml-error.ts';

/** Longest declaration accepted, in bytes. */
const MAX_DECLARATION = 256;

const BEGIN = '<?xml';
const DECLARATION =
  /^<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"([^"<]*)"|'([^'<]*)')(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"([^"<]*)"|'([^'<]*)'))?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>$/;

/**
 * Index behind the XML declaration at `start`, where there is `<?`; 0 while the bytes up to `end` are only a beginning.
 * @throws XmlError
 */
export function scanXmlDeclaration(bytes: Buffer, start: number, end: number): number {
  const window = bytes.toString('latin1', start, Math.min(end, start + MAX_DECLARATION));
  for (let k = 2; k <= BEGIN.length && k < window.length; k++) {
    const isNext = k < BEGIN.length ? window[k] === BEGIN[k] : ' \t\r\n'.includes(window.charAt(k));
    if (!isNext) throw new XmlError('restricted-xml', 'processing instruction');
  }
  const close = window.indexOf('?>');
  if (close < 0) {
    if (end - start >= MAX_DECLARATION) throw new XmlError('policy-violation', 'endless XML declaration');
    return 0;
  }
  const match = DECLARATION.exec(window.slice(0, close + 2));
  if (match === null) throw notWellFormed('malformed XML declaration');
  if ((match[1] ?? match[2]) !== '1.0') throw notWellFormed('only XML 1.0 is supported');
  const encoding = match[3] ?? match[4];
  // RFC 6120 §11.6: UTF-8 and nothing else.
  if (encoding !== undefined && encoding.toLowerCase() !== 'utf-8') {
    throw new XmlError('unsupported-encoding', 'only UTF-8 is supported');
  }
  return start + close + 2;
}
