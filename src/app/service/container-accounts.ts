/** Accounts that the environment of a container asks for. They are made once and never changed. */
import { ConfigError } from '../../config/config-error.ts';
import { readVariable, type ReadVariable } from '../../config/environment/read-variable.ts';
import { Auth } from '../../host/auth.ts';
import type { Server } from '../../host/server.ts';
import { Jid } from '../../jid/jid.ts';
import type { Log } from '../../logging/log.ts';
import { OperationRefused } from '../control-protocol.ts';
import { runOperation } from '../run-operation.ts';
import type { ServerSettings } from '../server-settings.ts';

/**
 * Make the accounts that are missing: the first administrator, with `PROSODY_ADMIN_PASSWORD`, and the account that
 * `LOCAL`, `DOMAIN` and `PASSWORD` describe.
 * @throws ConfigError a name or a password that cannot be used
 */
export async function makeContainerAccounts(
  server: Server,
  { hosts }: Pick<ServerSettings, 'hosts'>,
  log: Log,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  const admin = hosts.flatMap(({ options }) => adminsOf(options))[0];
  const password = readVariable(environment, ADMIN_PASSWORD);
  if (admin !== undefined && password !== undefined) {
    await make(server, log, admin, password);
  } else if (password !== undefined) {
    throw new ConfigError(`${ADMIN_PASSWORD} is set, and nobody is an administrator: set PROSODY_ADMINS too`);
  } else if (admin !== undefined && (await isMissing(server, admin))) {
    log.warn({ jid: admin }, `there is no such administrator: set ${ADMIN_PASSWORD}, or use prosodyctl adduser`);
  }
  const { LOCAL: local, DOMAIN: domain } = environment;
  const own = readVariable(environment, PASSWORD);
  if (local && domain && own !== undefined) {
    await make(server, log, `${local}@${domain}`, own);
  }
}

const ADMIN_PASSWORD = 'PROSODY_ADMIN_PASSWORD';
const PASSWORD = 'PASSWORD';

async function make(server: Server, log: Log, jid: string, { value: password, from }: ReadVariable): Promise<void> {
  const parsed = Jid.parse(jid);
  if (parsed?.local === undefined) throw new ConfigError(`${jid} (${from}) is not an account`);
  if (!server.hosts.has(parsed.domain)) throw new ConfigError(`${jid} (${from}): ${parsed.domain} is not served here`);
  if (!(await isMissing(server, jid))) return;
  try {
    await runOperation(server, {
      operation: 'user.create',
      host: parsed.domain,
      input: { jid, password },
      signal: new AbortController().signal,
      progress: () => undefined,
    });
  } catch (error) {
    if (error instanceof OperationRefused && error.condition === 'conflict') return; // by another node, just now
    if (error instanceof OperationRefused) throw new ConfigError(`${jid} (${from}): ${error.message}`);
    throw error;
  }
  log.info({ jid }, 'account made');
}

async function isMissing(server: Server, jid: string): Promise<boolean> {
  const { local, domain = '' } = Jid.parse(jid) ?? {};
  const auth = server.hosts.get(domain)?.services.find(Auth);
  return local !== undefined && auth !== undefined && !(await auth.exists(local));
}

function adminsOf(options: object): string[] {
  const admins: unknown = new Map<string, unknown>(Object.entries(options)).get('admins');
  return Array.isArray(admins) ? admins.filter((jid) => typeof jid === 'string') : [];
}
