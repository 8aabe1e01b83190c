/** What is wrong with a value that may be one of several things. */
import type { z } from 'zod';

/** A problem, and where in the value. */
type Issue = Pick<z.core.$ZodIssue, 'path' | 'message'>;

/** Of a value that is none of several things, what keeps it from being the one that it comes nearest to. */
export function exactIssue(issue: z.core.$ZodIssue): Issue {
  if (issue.code !== 'invalid_union') return issue;
  let nearest: Issue = issue;
  for (const [inner] of issue.errors) {
    if (inner === undefined) continue;
    const { path, message } = exactIssue(inner);
    if (issue.path.length + path.length > nearest.path.length) nearest = { path: [...issue.path, ...path], message };
  }
  return nearest;
}
