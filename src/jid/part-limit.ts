/** The length limit that RFC 7622 §3.2 to §3.4 set for each part of a JID. */

/** Octets of UTF-8 that a prepared part may have at most. */
export const MAX_PART_BYTES = 1023;

/**
 * UTF-16 code units of a text that can still become a part of at most MAX_PART_BYTES: composition makes at best one code
 * point of two octets out of three units, so nothing longer than 1536 is worth preparing.
 */
export const MAX_UNPREPARED_UNITS = 1536;

/** Whether a prepared part is short enough. Emptiness is the profile's concern. */
export function fitsPart(part: string): boolean {
  if (part.length * 3 <= MAX_PART_BYTES) return true; // a UTF-16 code unit becomes three octets at most
  return part.length <= MAX_PART_BYTES && Buffer.byteLength(part) <= MAX_PART_BYTES;
}
