/** Ids of archive entries, for drivers: opaque to everybody else. */
import { randomBytes } from 'node:crypto';

/** Names one life of an archive, so that ids from before a deletion or a restore are never met again. */
export function newArchiveEpoch(): string {
  return randomBytes(6).toString('base64url');
}

/** The id of the entry at a position in one life of an archive. */
export function archiveId(epoch: string, seq: number): string {
  return epoch + seq.toString(36);
}
