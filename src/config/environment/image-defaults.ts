/** What the start script of sarasmiseth/prosody sets before its configuration in Lua reads it. */
import { isContainer } from './read-environment.ts';
import { readVariable, type Environment } from './read-variable.ts';
import { VARIABLES } from './variables.ts';

/** Variables without which that configuration does not run. Registration stays as it is here: closed. */
const SET = [
  ...['DOMAIN_HTTP_UPLOAD', 'DOMAIN_MUC', 'DOMAIN_PROXY', 'DOMAIN_PUBSUB', 'DB_DRIVER', 'DB_DATABASE'],
  ...['E2E_POLICY_CHAT', 'E2E_POLICY_MUC', 'E2E_POLICY_WHITELIST', 'LOG_LEVEL', 'PROSODY_ADMINS'],
  ...['C2S_REQUIRE_ENCRYPTION', 'S2S_REQUIRE_ENCRYPTION', 'S2S_SECURE_AUTH'],
  ...['ABUSE', 'ADMIN', 'FEEDBACK', 'SALES', 'SECURITY', 'SUPPORT'].map((role) => `SERVER_CONTACT_INFO_${role}`),
];

/** The values of variables that are not set, in a container whose host is named by `DOMAIN`; else none. */
export function imageDefaults(environment: Environment): ReadonlyMap<string, string> {
  const defaults = new Map<string, string>();
  const domain = isContainer(environment) ? readVariable(environment, 'DOMAIN')?.value : undefined;
  if (domain === undefined) return defaults;
  for (const { name, sources } of VARIABLES) {
    const standard = SET.includes(name) ? sources.sarasmiseth : undefined;
    if (standard !== undefined)
      defaults.set(
        name,
        standard.replace('DOMAIN', () => domain),
      );
  }
  return defaults;
}
