/** Starts both servers, one after the other, from one configuration. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askCouplet } from './ask-couplet.ts';
import { askProsody } from './ask-prosody.ts';
import { writeConfiguration } from './configuration.ts';
import { compare, type Row } from './differences.ts';

/** What both make of it. */
export async function compareServers(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'couplet-compare-'));
  try {
    const file = await writeConfiguration(folder);
    return compare(await askProsody(folder, file), await askCouplet(folder, file));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
