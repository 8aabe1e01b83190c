/** The errors of the stores: one class, told apart by a condition that callers can match. */

/** What went wrong; the comment says who meets it. */
export type StorageCondition =
  /** An archive id that a query names is not in the archive (XEP-0313 §4.1.4, §4.3.2). */
  | 'item-not-found'
  /** U+0000, a lone surrogate, a number that is no safe integer, or a wire string with more than bytes in it. */
  | 'invalid-value'
  /** An encoded value, or a blob, is larger than allowed. */
  | 'value-too-large'
  /** A counter would pass the limit its caller gave. */
  | 'limit-exceeded'
  /** A stored value is not what its codec expects. */
  | 'corrupt-value'
  /** Too much waits to be written already: the unit was refused when it was submitted. */
  | 'congested'
  /** The unit was given up before it was submitted. */
  | 'discarded'
  /** The storage is closed. */
  | 'closed'
  /** From a driver: the medium gave up, since what it was asked for took too long; nothing is applied. */
  | 'too-slow'
  /** From a driver: the medium cannot be used just now; the same batch can be tried again. */
  | 'unavailable'
  /** From a driver: the batch may or may not be committed; the same batch must be tried again until that is known. */
  | 'outcome-unknown';

/** An error of the stores with a condition. Any other error out of a store is a fault of the medium or a bug. */
export class StorageError extends Error {
  readonly condition: StorageCondition;

  constructor(condition: StorageCondition, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StorageError';
    this.condition = condition;
  }
}
