/** Strict base64, as XMPP wants it: RFC 6120 §6.4.2, XEP-0300 §3. */

/**
 * What RFC 4648 §4 encodes as exactly this text: no white space, all padding there, its bits zero (§3.5).
 * `undefined` for anything else.
 */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined; // the decoder is lax, the encoder has one answer
}
