/** Why what was received is not acceptable XML: the part of RFC 6120 §4.9.3 that a parser can tell. */
export type XmlCondition =
  'bad-format' | 'not-well-formed' | 'policy-violation' | 'restricted-xml' | 'unsupported-encoding';

/** Unacceptable XML. Hostile input decides how often it is thrown, so it captures no stack. */
export class XmlError extends Error {
  /** The condition of the stream error to send. */
  readonly condition: XmlCondition;

  static {
    this.prototype.name = 'XmlError';
  }

  constructor(condition: XmlCondition, message: string) {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = limit;
    this.condition = condition;
  }
}

/** The input breaks a rule of XML 1.0 or of Namespaces in XML 1.0. */
export function notWellFormed(message: string): XmlError {
  return new XmlError('not-well-formed', message);
}

/** The input is more than is allowed. */
export function tooMuch(what: string): XmlError {
  return new XmlError('policy-violation', `too much: ${what}`);
}
