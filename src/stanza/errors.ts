/** Stanza errors: the catalogue of RFC 6120 §8.3.3, building and reading. */
import { el, type Element } from '../xml/element.ts';
import { NS_CLIENT, NS_STANZA_ERRORS } from '../xml/namespaces.ts';
import type { Stanza } from '../xml/stanza.ts';
import { ProtocolError } from './protocol-error.ts';

/** What the sender may do about an error (RFC 6120 §8.3.2). */
export type StanzaErrorType = 'auth' | 'cancel' | 'continue' | 'modify' | 'wait';

/**
 * Every defined condition with the type that §8.3.3 recommends; where it names two, the first. `undefined-condition`
 * may have any type: `cancel`, because trying again is not known to help.
 */
const DEFAULT_TYPES = {
  'bad-request': 'modify',
  conflict: 'cancel',
  'feature-not-implemented': 'cancel',
  forbidden: 'auth',
  gone: 'cancel',
  'internal-server-error': 'cancel',
  'item-not-found': 'cancel',
  'jid-malformed': 'modify',
  'not-acceptable': 'modify',
  'not-allowed': 'cancel',
  'not-authorized': 'auth',
  'policy-violation': 'modify',
  'recipient-unavailable': 'wait',
  redirect: 'modify',
  'registration-required': 'auth',
  'remote-server-not-found': 'cancel',
  'remote-server-timeout': 'wait',
  'resource-constraint': 'wait',
  'service-unavailable': 'cancel',
  'subscription-required': 'auth',
  'undefined-condition': 'cancel',
  'unexpected-request': 'wait',
} satisfies Record<string, StanzaErrorType>;

/** A defined condition (RFC 6120 §8.3.3). */
export type StanzaErrorCondition = keyof typeof DEFAULT_TYPES;

/** The rarer facts of a stanza error. */
interface StanzaErrorDetails {
  /** Where the condition's usual type is wrong. */
  readonly type?: StanzaErrorType | undefined;
  /** JID of who raised it, where that is not the address the error comes from (§8.3.2). */
  readonly by?: string | undefined;
  /** New address, for `gone` (§8.3.3.5) and `redirect` (§8.3.3.14) only. */
  readonly uri?: string | undefined;
}

const NO_DETAILS: StanzaErrorDetails = {};

/**
 * Refuses a stanza. Thrown anywhere below a handler; the router makes the reply. Carries no stack: what needs one is
 * a fault of ours and no `StanzaError`.
 */
export class StanzaError extends ProtocolError {
  readonly condition: StanzaErrorCondition;
  readonly type: StanzaErrorType;
  /** For people, in English. */
  readonly text: string | undefined;
  /** Application-specific condition (§8.3.4), in a namespace of its own. */
  readonly app: Element | undefined;
  readonly by: string | undefined;
  readonly uri: string | undefined;

  static {
    this.prototype.name = 'StanzaError';
  }

  constructor(condition: StanzaErrorCondition, text?: string, app?: Element, details = NO_DETAILS) {
    super(text === undefined ? condition : `${condition}: ${text}`);
    this.condition = condition;
    this.type = details.type ?? DEFAULT_TYPES[condition];
    this.text = text;
    this.app = app;
    this.by = details.by;
    this.uri = details.uri;
  }

  /** `<error/>` of a stanza in namespace `ns`; `by` is left out where the error comes `from` that very address. */
  toElement(ns: string = NS_CLIENT, from?: string): Element {
    const uri = this.condition === 'gone' || this.condition === 'redirect' ? this.uri : undefined;
    return el(
      'error',
      ns,
      { type: this.type, by: this.by === from ? undefined : this.by },
      el(this.condition, NS_STANZA_ERRORS, uri),
      this.text === undefined ? undefined : el('text', NS_STANZA_ERRORS, this.text),
      this.app,
    );
  }
}

/** The error that a stanza of type `error` carries; whatever is missing or unknown in it becomes the weakest claim. */
export function parseStanzaError(stanza: Stanza): StanzaError {
  const error = stanza.child('error', stanza.ns);
  let condition: StanzaErrorCondition | undefined;
  let text: string | undefined;
  let uri: string | undefined;
  let app: Element | undefined;
  for (const child of error?.elements() ?? []) {
    if (child.ns !== NS_STANZA_ERRORS) app ??= child;
    else if (child.name === 'text') text ??= child.text();
    else if (condition === undefined && isCondition(child.name)) {
      condition = child.name;
      uri = child.text() || undefined;
    }
  }
  const type = error?.attr('type');
  const known = isType(type) ? type : undefined;
  return new StanzaError(condition ?? 'undefined-condition', text, app, { type: known, by: error?.attr('by'), uri });
}

function isCondition(name: string): name is StanzaErrorCondition {
  return Object.hasOwn(DEFAULT_TYPES, name);
}

function isType(text: string | undefined): text is StanzaErrorType {
  return text === 'auth' || text === 'cancel' || text === 'continue' || text === 'modify' || text === 'wait';
}
