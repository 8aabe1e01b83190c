/** Stream headers (RFC 6120 §4.7): what a client's must say, and what ours says. */
import { Jid } from '../jid/jid.ts';
import { StreamError } from '../stanza/stream-error.ts';
import { NS_CLIENT, NS_STREAM } from '../xml/namespaces.ts';
import type { StreamHeader } from '../xml/stream-header.ts';

/** What a client's header says. */
export interface ClientHeader {
  /** Domain that the client wants to talk to. */
  readonly to: string | undefined;
  /** Who the client is going to be; a claim, no more. */
  readonly from: Jid | undefined;
  readonly lang: string | undefined;
  /** Whether it names a version: one that does not is older than XMPP 1.0 (§4.7.5). */
  readonly versioned: boolean;
  /** What is wrong with it. */
  readonly error: StreamError | undefined;
}

/** Read and check a client's header, but for what depends on the state of the stream. */
export function readHeader(header: StreamHeader): ClientHeader {
  const to = header.to === undefined ? undefined : Jid.parse(header.to);
  const from = header.from === undefined ? undefined : Jid.parse(header.from);
  return {
    to: to?.isDomain === true ? to.domain : undefined,
    from: from?.bare,
    lang: header.lang !== undefined && isLanguage(header.lang) ? header.lang : undefined,
    versioned: header.version !== undefined,
    error:
      namespaceError(header) ??
      (isSupported(header.version) ? undefined : new StreamError('unsupported-version')) ??
      (header.from !== undefined && from === undefined
        ? new StreamError('improper-addressing', "The 'from' of the stream header is no XMPP address")
        : undefined),
  };
}

/**
 * RFC 6120 §4.8.1, §4.8.2, §4.9.3.1, §4.9.3.2, §4.9.3.10. Any prefix will do for the stream's namespace, even none (§4.8.5);
 * if there is a default namespace, it must be that of clients.
 */
function namespaceError({ name, ns, contentNs, prefixes }: StreamHeader): StreamError | undefined {
  if (ns !== NS_STREAM) {
    const unprefixed = name === 'stream' && ns === contentNs && [...prefixes.values()].includes(NS_STREAM);
    return new StreamError(unprefixed ? 'bad-namespace-prefix' : 'invalid-namespace');
  }
  if (name !== 'stream') return new StreamError('bad-format');
  return contentNs === NS_CLIENT || contentNs === NS_STREAM || contentNs === ''
    ? undefined
    : new StreamError('invalid-namespace');
}

/** RFC 6120 §4.7.5: at least 1.0. Compared as two numbers, leading zeros ignored; a higher one is answered with ours. */
function isSupported(version: string | undefined): boolean {
  return version !== undefined && /^\d{1,10}\.\d{1,10}$/.test(version) && !/^0+\./.test(version);
}

/** Is it a language tag by its form (RFC 5646 §2.1): subtags of up to eight letters and digits? */
function isLanguage(lang: string): boolean {
  return lang.length <= 64 && /^[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*$/.test(lang);
}
