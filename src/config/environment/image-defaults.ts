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

/** The value of a variable that is not set, in a container whose host is named by `DOMAIN`; else `undefined`. */
export function imageDefault(environment: Environment, name: string): string | undefined {
  if (!SET.includes(name) || !isContainer(environment)) return undefined;
  const domain = readVariable(environment, 'DOMAIN')?.value;
  if (domain === undefined) return undefined;
  const standard = VARIABLES.find((variable) => variable.name === name)?.sources.sarasmiseth;
  return standard?.replace('DOMAIN', () => domain);
}
