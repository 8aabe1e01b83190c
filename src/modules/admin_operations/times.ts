/** Times and periods in the input of operations. */
import { z } from 'zod';
import { parseDuration } from '../../config/duration.ts';
import { parseDateTime } from '../../stanza/datetime.ts';

const SECOND = 1_000_000;

/** A period such as "30 days"; the value is in seconds. */
export const period = z.string().transform((text, context) => {
  const seconds = parseDuration(text);
  if (seconds !== undefined) return seconds;
  context.addIssue({ code: 'custom', message: `"${text}" is no period, such as "30 days"` });
  return z.NEVER;
});

/** A time; the value is in microseconds since 1970. */
export const moment = z.string().transform((text, context) => {
  const when = parseDateTime(text);
  if (when !== undefined) return when;
  context.addIssue({ code: 'custom', message: `"${text}" is no time: 2026-11-25T07:00:00Z` });
  return z.NEVER;
});

/** A time to come: itself, or the period until then. The value is in microseconds since 1970. */
export function timeAhead(now: () => number) {
  return z.string().transform((text, context) => {
    const seconds = parseDuration(text);
    const when = seconds === undefined ? parseDateTime(text) : Math.round(now() + seconds * SECOND);
    if (when !== undefined && when > now()) return when;
    const message =
      when === undefined
        ? `"${text}" is neither a time, such as 2026-11-25T07:00:00Z, nor a period, such as "7 days"`
        : `"${text}" is over`;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });
}
