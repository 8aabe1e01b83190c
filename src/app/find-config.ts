/** The configuration that is meant where the command line names none. */
import { existsSync } from 'node:fs';
import { namesHosts } from '../config/environment/read-environment.ts';

/** Where one is looked for. */
const PLACES = ['/etc/couplet/couplet.yaml', '/etc/couplet/prosody.cfg.lua'];

/** Where Prosody's packages and images have theirs. */
const PROSODY = '/etc/prosody/prosody.cfg.lua';

/** What a server without a configuration leaves in the current folder: it goes on, whatever else is installed. */
const OWN = ['data/prosody.sock', 'data/couplet.sqlite'];

/** In the place of a path: the environment is the configuration. */
export const ENVIRONMENT = 'environment:';

/**
 * The path in `PROSODY_CONFIG`, or of the first file that is there, or `ENVIRONMENT` where it names hosts; `undefined`
 * where there is none.
 * @param look look for files too
 * @param isThere is there a file?
 * @throws ConfigError a variable that cannot be used
 */
export function findConfig(
  environment: NodeJS.ProcessEnv = process.env,
  look = true,
  isThere: (path: string) => boolean = existsSync,
): string | undefined {
  const named = environment['PROSODY_CONFIG'];
  if (named !== undefined && named !== '') return named;
  const found = look ? PLACES.find(isThere) : undefined;
  if (found !== undefined) return found;
  if (look && !OWN.some(isThere) && isThere(PROSODY)) return PROSODY;
  return namesHosts(environment) ? ENVIRONMENT : undefined;
}
