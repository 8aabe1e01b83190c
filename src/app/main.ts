/** The program `couplet`. */
import { randomBytes } from 'node:crypto';
import { ConfigError } from '../config/config-error.ts';
import { Auth } from '../host/auth.ts';
import type { HostConfig } from '../host/host.ts';
import { PRODUCT, VERSION } from '../host/product.ts';
import type { Server } from '../host/server.ts';
import { prepareLocalpart } from '../jid/localpart.ts';
import { pinoLog } from '../logging/pino-log.ts';
import { StanzaError } from '../stanza/errors.ts';
import { USAGE, readCommandLine, type CommandLine, type GivenUser } from './command-line.ts';
import { MODULE_NAMES } from './modules.ts';
import { startServer } from './start.ts';

const DOMAIN = 'localhost';
const STDERR = 2;
/** Exit code of a server that could not start, or not stop as it should. */
const EXIT_FAILED = 1;

/** Start, say so, and stop on SIGTERM or SIGINT. */
async function main(args: readonly string[]): Promise<void> {
  const line = readCommandLine(args);
  if (line.show !== undefined) {
    process.stdout.write(line.show === 'help' ? USAGE : `${PRODUCT} ${VERSION}\n`);
    return;
  }
  const server = await startServer({ hosts: [hostOf(line)], log: pinoLog(line.logLevel, STDERR) });
  const users = line.users.length > 0 ? line.users : [randomUser()];
  try {
    for (const user of users) await addUser(server, user);
  } catch (error) {
    await server.stop();
    throw error;
  }
  const addresses = await server.listeners.addresses('c2s');
  process.stdout.write(banner(addresses, users, line.users.length === 0));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop(server));
}

function hostOf({ port, address }: CommandLine): HostConfig {
  return {
    domain: DOMAIN,
    kind: 'host',
    modules: MODULE_NAMES.filter((name) => name !== 'auth_insecure'),
    options: { c2s_ports: [port], c2s_interfaces: [address], c2s_require_encryption: false },
  };
}

async function addUser(server: Server, { name, password }: GivenUser): Promise<void> {
  const username = prepareLocalpart(name);
  const auth = server.hosts.get(DOMAIN)?.services.find(Auth);
  if (username === undefined || auth === undefined) throw new ConfigError(`--user: "${name}" is not a user name`);
  const unit = server.storage.unit();
  try {
    await auth.setPassword(unit, username, password);
  } catch (error) {
    if (error instanceof StanzaError) throw new ConfigError(`--user ${name}: ${error.text ?? error.condition}`);
    throw error;
  }
  await unit.submit()?.settled();
}

function randomUser(): GivenUser {
  return { name: 'user', password: randomBytes(12).toString('base64url') };
}

function banner(addresses: readonly string[], users: readonly GivenUser[], random: boolean): string {
  const accounts = users.map(({ name, password }) =>
    random ? `${name}@${DOMAIN} password ${password}` : `${name}@${DOMAIN}`,
  );
  return (
    `${PRODUCT} ${VERSION} serves ${DOMAIN} on ${addresses.join(', ')} (no TLS), everything in memory and gone when it stops; ` +
    `accounts: ${accounts.join(', ')}\n`
  );
}

async function stop(server: Server): Promise<void> {
  try {
    await server.stop();
  } catch (error) {
    server.log.error({ err: error }, 'stopping failed');
    process.exitCode = EXIT_FAILED;
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof ConfigError) process.stderr.write(`couplet: ${error.message}\n`);
  else process.stderr.write(`couplet: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = EXIT_FAILED;
}
