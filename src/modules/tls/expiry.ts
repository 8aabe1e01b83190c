/** When it is said that a certificate expires. */

const DAY = 86_400_000;

/** Days before the end at which it is said, and from the last one on every day. */
const STAGES: readonly number[] = [1, 7, 14, 30];

/** What is to be said about the end of a certificate. */
export interface ExpiryNotice {
  /** Whole days that are left; negative once it has expired. */
  readonly days: number;
  /** The stage that was reached, in days. */
  readonly stage: number;
}

/**
 * What is to be said now; `undefined` for nothing. Asked once a day it speaks 30, 14 and 7 days before the end, and on
 * every day from the last one on.
 * @param left milliseconds until the end
 * @param told stage that was told last
 */
export function expiryNotice(left: number, told: number | undefined): ExpiryNotice | undefined {
  const stage = STAGES.find((days) => left <= days * DAY);
  if (stage === undefined || (stage === told && stage !== STAGES[0])) return undefined;
  return { days: Math.floor(left / DAY), stage };
}
