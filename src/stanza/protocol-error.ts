/**
 * Base of the errors that have a meaning on the wire.
 *
 * They are thrown per stanza, and hostile input decides how often, so creating one captures no stack: with V8's
 * `Error.stackTraceLimit` at zero it costs a fifth of what it does with the usual ten frames.
 */
export abstract class ProtocolError extends Error {
  constructor(message: string) {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = limit;
  }
}
