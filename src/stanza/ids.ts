/** Random identifiers. */
import { randomBytes } from 'node:crypto';

/** 24 characters of the URL-safe base64 alphabet holding 144 random bits: nobody guesses one or meets it twice. */
export function randomId(): string {
  return randomBytes(18).toString('base64url');
}
