/** The configuration that is meant where the command line names none. */
import { existsSync } from 'node:fs';

/** Where one is looked for. */
const PLACES = ['/etc/couplet/couplet.yaml', '/etc/couplet/prosody.cfg.lua'];

/** The path in `PROSODY_CONFIG`, or of the first file that is there; `undefined` where there is none. */
export function findConfig(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const named = environment['PROSODY_CONFIG'];
  return named !== undefined && named !== '' ? named : PLACES.find((path) => existsSync(path));
}
