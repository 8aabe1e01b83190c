/** Messages of SCRAM as text (RFC 5802 §5, §7): strict, one pass, no regular expressions. */
import { SaslFailure } from '../../stanza/sasl-failure.ts';

/** Longest nonce a client may send, in characters. */
const MAX_NONCE = 256;

/** The client's first message. */
export interface ClientFirst {
  /** The GS2 header with its last comma, as it was sent. */
  readonly gs2Header: string;
  /** `n`: the client knows no channel binding; `y`: it does, and believes that the server does not; else the type it uses. */
  readonly binding: 'n' | 'y' | { readonly type: string };
  readonly authzid: string | undefined;
  readonly username: string;
  readonly nonce: string;
  /** Everything after the GS2 header. */
  readonly bare: string;
}

/** The client's last message. */
export interface ClientFinal {
  /** Base64 of the GS2 header and the channel binding data. */
  readonly channelBinding: string;
  readonly nonce: string;
  /** Base64. */
  readonly proof: string;
  /** Everything before `,p=`. */
  readonly withoutProof: string;
}

/** Parse `gs2-header client-first-message-bare`. @throws SaslFailure `malformed-request` */
export function parseClientFirst(message: string): ClientFirst {
  const first = message.indexOf(',');
  const second = message.indexOf(',', first + 1);
  if (first < 0 || second < 0) throw malformed('Not a GS2 header');
  const bare = message.slice(second + 1);
  const [user, nonce, ...extensions] = bare.split(','); // a mandatory extension would stand before the user: none is known
  checkExtensions(extensions);
  return {
    gs2Header: message.slice(0, second + 1),
    binding: parseBinding(message.slice(0, first)),
    authzid: first + 1 === second ? undefined : decodeName(valueOf('a', message.slice(first + 1, second))),
    username: decodeName(valueOf('n', user)),
    nonce: checkNonce(valueOf('r', nonce)),
    bare,
  };
}

/** Parse `client-final-message`. @throws SaslFailure `malformed-request` */
export function parseClientFinal(message: string): ClientFinal {
  const end = message.lastIndexOf(',');
  if (end < 0) throw malformed('No proof');
  const withoutProof = message.slice(0, end);
  const [channelBinding, nonce, ...extensions] = withoutProof.split(',');
  checkExtensions(extensions);
  return {
    channelBinding: valueOf('c', channelBinding),
    nonce: valueOf('r', nonce),
    proof: valueOf('p', message.slice(end + 1)),
    withoutProof,
  };
}

function malformed(text: string): SaslFailure {
  return new SaslFailure('malformed-request', text);
}

/** The value of `letter=value`. */
function valueOf(letter: string, attribute: string | undefined): string {
  if (attribute === undefined || attribute.length < 3 || !attribute.startsWith(`${letter}=`)) {
    throw malformed(`No ${letter}=`);
  }
  return attribute.slice(2);
}

/** Optional extensions may be ignored, but are attributes still. */
function checkExtensions(extensions: readonly string[]): void {
  for (const extension of extensions) {
    if (extension.length < 3 || !isLetter(extension.charCodeAt(0)) || extension[1] !== '=') {
      throw malformed('Not an attribute');
    }
  }
}

function parseBinding(flag: string): ClientFirst['binding'] {
  if (flag === 'n' || flag === 'y') return flag;
  const type = valueOf('p', flag);
  for (let i = 0; i < type.length; i++) {
    const code = type.charCodeAt(i);
    if (!isLetter(code) && !(code >= 0x30 && code <= 0x39) && code !== 0x2e && code !== 0x2d) {
      throw malformed('Not a channel binding type');
    }
  }
  return { type };
}

/** `saslname`: a comma is written `=2C`, an equals sign `=3D`, and no other use of the latter is allowed. */
function decodeName(name: string): string {
  if (name.includes('\0')) throw malformed('NUL in a name');
  let decoded = '';
  let start = 0;
  for (let at = name.indexOf('='); at >= 0; at = name.indexOf('=', start)) {
    const code = name.slice(at + 1, at + 3);
    if (code !== '2C' && code !== '3D') throw malformed('Unknown escape in a name');
    decoded += name.slice(start, at) + (code === '2C' ? ',' : '=');
    start = at + 3;
  }
  return decoded + name.slice(start);
}

/** Printable ASCII without comma. */
function checkNonce(nonce: string): string {
  if (nonce.length > MAX_NONCE) throw malformed('Nonce too long');
  for (let i = 0; i < nonce.length; i++) {
    const code = nonce.charCodeAt(i);
    if (code < 0x21 || code > 0x7e || code === 0x2c) throw malformed('Not a nonce');
  }
  return nonce;
}

function isLetter(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}
