/**
 * Messages that have Prosody's wording in lines of text: scripts, tests of images and filters of fail2ban look for it.
 */
import type { LogFields } from './log.ts';

/** A message in Prosody's words, and the fields that are told by it. */
interface Phrase {
  readonly fields: readonly string[];
  readonly text: (fields: LogFields) => string;
}

/** By what the message is here. */
const PHRASES: ReadonlyMap<string, Phrase> = new Map([
  [
    'listening',
    {
      fields: ['service', 'addresses'],
      text: ({ service, addresses }) =>
        `Activated service '${word(service)}' on ${Array.isArray(addresses) ? addresses.map(bracketed).join(', ') : ''}`,
    },
  ],
  [
    'certificate in use',
    {
      fields: ['certificate', 'key'],
      text: ({ certificate, key, host }) =>
        `Selecting certificate ${word(certificate)} with key ${word(key)} for ${word(host)}`,
    },
  ],
  [
    'authentication failed',
    {
      fields: ['condition', 'address'],
      text: ({ condition, address }) => `Failed authentication attempt (${word(condition)}) from IP: ${word(address)}`,
    },
  ],
  [
    'opening the database',
    {
      fields: ['driver', 'database'],
      text: ({ driver, database }) => `Connecting to [${word(driver)}] ${word(database)}...`,
    },
  ],
]);

/** The message in Prosody's words, where there are some. */
export function phraseFor(message: string): Phrase | undefined {
  return PHRASES.get(message);
}

/** `0.0.0.0:5222` is `[*]:5222`. */
function bracketed(address: unknown): string {
  const text = word(address);
  const colon = text.lastIndexOf(':');
  const host = text.slice(0, colon).replace(/^\[|\]$/g, '');
  return `[${host === '0.0.0.0' ? '*' : host}]${text.slice(colon)}`;
}

function word(value: unknown): string {
  return typeof value === 'string' ? value : 'unknown';
}
