/** What checks are run on, made from a configuration. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Subject } from '../../src/app/check/check.ts';
import type { Lookup } from '../../src/app/check/dns/lookup.ts';
import { withEnvironment } from '../../src/app/environment.ts';
import { readConfig, settingsFrom } from '../../src/app/load-settings.ts';

/** A domain name system without any names. */
export const NO_NAMES: Lookup = {
  srv: () => Promise.resolve([]),
  addresses: () => Promise.resolve({ v4: [], v6: [] }),
  alias: () => Promise.resolve(undefined),
  tlsa: () => Promise.resolve(0),
};

/** The subject of a configuration, in YAML or, where it has a `VirtualHost`, in Lua; it is written to `folder`. Nothing runs. */
export async function subjectOf(folder: string, text: string, more: Partial<Subject> = {}): Promise<Subject> {
  const file = join(folder, text.includes('VirtualHost') ? 'prosody.cfg.lua' : 'couplet.yaml');
  writeFileSync(file, text, { mode: 0o600 });
  return subjectOfFile(file, more);
}

/** The subject of a configuration in a file. Nothing runs. */
export async function subjectOfFile(file: string, more: Partial<Subject> = {}): Promise<Subject> {
  const written = await readConfig(file);
  const raw = await withEnvironment(written, more.environment ?? {});
  const settings = await settingsFrom(raw);
  return { written, raw, settings, environment: {}, ask: undefined, lookup: NO_NAMES, now: Date.now(), ...more };
}
