/** The program `couplet`. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '../config/config-error.ts';
import { PRODUCT, VERSION } from '../host/product.ts';
import type { Server } from '../host/server.ts';
import { pinoLog } from '../logging/pino-log.ts';
import { banner } from './banner.ts';
import { USAGE, readCommandLine, type CommandLine } from './command-line.ts';
import { openControlSocket, type ControlSocket } from './control-socket.ts';
import { makeFirstAccount, type NewAccount } from './first-account.ts';
import { makeGivenAccounts } from './given-accounts.ts';
import { giveBackIdleMemory } from './idle-memory.ts';
import { CERTIFICATES, ZERO_ADMIN, ZERO_HOST, loadSettings, zeroSettings } from './load-settings.ts';
import { watchLoopDelay } from './loop-delay.ts';
import { watchMemory } from './memory-pressure.ts';
import { onSignals } from './on-signals.ts';
import { reloadCertificates } from './reload-certificates.ts';
import type { ServerSettings } from './server-settings.ts';
import { startServer } from './start.ts';

/** Files that the server makes are for its own account alone: they hold keys, passwords and messages. */
const UMASK = 0o077;

/** Exit code of a server that could not start. */
const EXIT_FAILED = 1;

/** Start, say so, and do what signals say. */
async function main(args: readonly string[]): Promise<void> {
  const line = readCommandLine(args);
  if (line.show !== undefined) {
    process.stdout.write(line.show === 'help' ? USAGE : `${PRODUCT} ${VERSION}\n`);
    return;
  }
  process.umask(UMASK);
  const zero = line.config === undefined;
  const settings = line.config === undefined ? zeroSettings(line.zero) : await loadSettings(line.config);
  const log = pinoLog(line.logLevel ?? settings.log.level, settings.log.to);
  for (const warning of settings.warnings) log.warn({ notice: warning }, 'configuration');
  mkdirSync(settings.dataPath, { recursive: true, mode: 0o700 });
  const { hosts, storage, dataPath } = settings;
  const server = await startServer({ hosts, storage, log, certificates: join(dataPath, CERTIFICATES) });
  let control: ControlSocket | undefined;
  let first: NewAccount | undefined;
  try {
    if (zero) first = await makeAccounts(server, line, settings);
    control = await openControlSocket(server, settings.adminSocket);
  } catch (error) {
    await server.stop();
    throw error;
  }
  const stop = async (): Promise<void> => {
    await control.close();
    await server.stop();
  };
  const reload = (): Promise<void> => reloadCertificates(server);
  server.control = { stop: () => void process.kill(process.pid, 'SIGTERM'), reload };
  onSignals(log, stop, reload);
  giveBackIdleMemory();
  watchLoopDelay(log, server.metrics);
  watchMemory(server.network.admission, log, server.metrics, { limit: settings.memoryLimit });
  const { listeners } = server;
  const addresses = [...(await listeners.addresses('c2s')), ...(await listeners.addresses('c2s_direct_tls'))];
  process.stdout.write(banner({ settings, addresses, zero, users: line.users, first }));
}

async function makeAccounts(
  server: Server,
  { users }: CommandLine,
  { storage, dataPath }: ServerSettings,
): Promise<NewAccount | undefined> {
  await makeGivenAccounts(server, ZERO_HOST, users);
  const shown = storage.kind === 'memory' || process.stdout.isTTY;
  return makeFirstAccount(server, { domain: ZERO_HOST, name: ZERO_ADMIN, folder: shown ? undefined : dataPath });
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof ConfigError) process.stderr.write(`couplet: ${error.message}\n`);
  else process.stderr.write(`couplet: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = EXIT_FAILED;
}
