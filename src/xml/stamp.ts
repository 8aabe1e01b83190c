/** What a server writes on every stanza of one sender. */
import { serialiseAttribute } from './serialise.ts';

/** The sender's address and the language of its stream, escaped once instead of for every stanza. */
export class Stamp {
  readonly from: string;
  readonly lang: string | undefined;
  /** `from` as it is written. */
  readonly fromWire: string;
  /** Both as they are written. */
  readonly wire: string;

  /** @param lang `xml:lang` of the stream, for stanzas that have none (RFC 6120 §8.1.5) */
  constructor(from: string, lang: string | undefined) {
    this.from = from;
    this.lang = lang;
    this.fromWire = serialiseAttribute('from', from, 0);
    this.wire = lang === undefined ? this.fromWire : this.fromWire + serialiseAttribute('xml:lang', lang, 0);
  }
}
