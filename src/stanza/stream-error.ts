/** Stream errors: the catalogue of RFC 6120 §4.9.3. A stream that has one is closed (§4.9.1.1). */
import { el, type Element } from '../xml/element.ts';
import { NS_STREAM, NS_STREAM_ERRORS } from '../xml/namespaces.ts';
import { ProtocolError } from './protocol-error.ts';

/** A defined condition (RFC 6120 §4.9.3). */
export type StreamErrorCondition =
  | 'bad-format'
  | 'bad-namespace-prefix'
  | 'conflict'
  | 'connection-timeout'
  | 'host-gone'
  | 'host-unknown'
  | 'improper-addressing'
  | 'internal-server-error'
  | 'invalid-from'
  | 'invalid-namespace'
  | 'invalid-xml'
  | 'not-authorized'
  | 'not-well-formed'
  | 'policy-violation'
  | 'remote-connection-failed'
  | 'reset'
  | 'resource-constraint'
  | 'restricted-xml'
  | 'see-other-host'
  | 'system-shutdown'
  | 'undefined-condition'
  | 'unsupported-encoding'
  | 'unsupported-feature'
  | 'unsupported-stanza-type'
  | 'unsupported-version';

/** Ends a stream. Carries no stack. */
export class StreamError extends ProtocolError {
  readonly condition: StreamErrorCondition;
  /** For people, in English. */
  readonly text: string | undefined;
  /** Application-specific condition (§4.9.4), in a namespace of its own. */
  readonly app: Element | undefined;
  /** `see-other-host` only (§4.9.3.19): host name, IPv4 address or IPv6 address in brackets, each with `:port` or not. */
  readonly host: string | undefined;

  static {
    this.prototype.name = 'StreamError';
  }

  constructor(condition: StreamErrorCondition, text?: string, app?: Element, host?: string) {
    super(text === undefined ? condition : `${condition}: ${text}`);
    this.condition = condition;
    this.text = text;
    this.app = app;
    this.host = host;
  }

  /** `<stream:error/>` */
  toElement(): Element {
    return el(
      'error',
      NS_STREAM,
      el(this.condition, NS_STREAM_ERRORS, this.condition === 'see-other-host' ? this.host : undefined),
      this.text === undefined ? undefined : el('text', NS_STREAM_ERRORS, this.text),
      this.app,
    );
  }
}
