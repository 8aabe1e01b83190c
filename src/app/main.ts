/** The program `couplet`. */
import { join } from 'node:path';
import { ConfigError } from '../config/config-error.ts';
import { PRODUCT, VERSION } from '../host/product.ts';
import type { ReloadStep, Server } from '../host/server.ts';
import { openLogs, type Logs } from '../logging/logs.ts';
import { fromLevel } from '../logging/sink-settings.ts';
import { banner } from './banner.ts';
import { CONTAINER, USAGE, readCommandLine, type CommandLine } from './command-line.ts';
import { openControlSocket, type ControlSocket } from './control-socket.ts';
import { makeFirstAccount, type NewAccount } from './first-account.ts';
import { makeGivenAccounts } from './given-accounts.ts';
import { giveBackIdleMemory } from './idle-memory.ts';
import { CERTIFICATES, ZERO_ADMIN, ZERO_HOST, loadSettings, zeroSettings } from './load-settings.ts';
import { watchLoopDelay } from './loop-delay.ts';
import { watchMemory } from './memory-pressure.ts';
import { onSignals } from './on-signals.ts';
import { refuseProsodyData } from './prosody/existing-data.ts';
import { Reloader } from './reload/reloader.ts';
import type { ServerSettings } from './server-settings.ts';
import { sayReady } from './service/background.ts';
import { makeContainerAccounts } from './service/container-accounts.ts';
import { goToBackground } from './service/go-to-background.ts';
import { writePidfile } from './service/pidfile.ts';
import { prepareProcess, warnOfProcess } from './service/prepare-process.ts';
import { ServiceManager } from './service/service-manager.ts';
import { waitForDatabase } from './service/wait-for-database.ts';
import { RestartInPlace } from './restart-in-place.ts';
import { startServer } from './start.ts';

/** Exit code of a server that could not start. */
const EXIT_FAILED = 1;

/** Start, say so, and do what signals say. */
async function main(args: readonly string[]): Promise<void> {
  const line = readCommandLine(args);
  if (line.show !== undefined) {
    process.stdout.write(line.show === 'help' ? USAGE : `${PRODUCT} ${VERSION}\n`);
    return;
  }
  process.on('SIGHUP', () => undefined); // what is not up yet need not be reloaded, nor end
  if (line.container) process.env[CONTAINER] = '1';
  const zero = line.config === undefined;
  const settings = line.config === undefined ? zeroSettings(line.zero) : await loadSettings(line.config);
  if (line.background) {
    process.exitCode = await goToBackground(args, settings);
    return;
  }
  const restart = new RestartInPlace();
  const sockets = await prepareProcess(line, settings);
  const logs = openServerLogs(fromLevel(settings.log, line.logLevel));
  const { log } = logs;
  for (const warning of settings.warnings) log.warn({ notice: warning }, 'configuration');
  const { hosts, storage, dataPath } = settings;
  await waitForDatabase(storage, line.databaseWait, log);
  if (!line.ignoreExistingData) await refuseProsodyData(settings);
  const server = await startServer({ hosts, storage, log, certificates: join(dataPath, CERTIFICATES), sockets });
  const manager = new ServiceManager(log);
  let removePidfile: (() => void) | undefined;
  let control: ControlSocket | undefined;
  let first: NewAccount | undefined;
  try {
    if (zero) first = await makeAccounts(server, line, settings);
    if (line.container) await makeContainerAccounts(server, settings, log);
    control = await openControlSocket(server, settings.adminSocket);
    const pidfile = settings.process?.pidfile;
    if (pidfile !== undefined) removePidfile = writePidfile(pidfile);
  } catch (error) {
    await control?.close();
    await server.stop();
    throw error;
  }
  const stop = async (): Promise<void> => {
    void manager.stopping();
    await control.close();
    await server.stop();
    removePidfile?.();
    if (!(await logs.close())) process.exit();
    restart.begin();
  };
  const limitMemory = (limit: number | undefined): (() => void) =>
    watchMemory(server.network.admission, log, server.metrics, { limit });
  let unlimited = limitMemory(settings.memoryLimit);
  const reloader = new Reloader({
    server,
    settings,
    read: async () => (line.config === undefined ? settings : loadSettings(line.config)),
    apply: ({ log: places, memoryLimit }) => {
      configureLogs(logs, fromLevel(places, line.logLevel));
      unlimited();
      unlimited = limitMemory(memoryLimit);
    },
  });
  const reload = async (dryRun: boolean): Promise<readonly ReloadStep[]> => {
    if (dryRun) return reloader.run(dryRun);
    await manager.reloading();
    try {
      await logs.reopen();
      return await reloader.run(dryRun);
    } finally {
      void manager.ready();
    }
  };
  server.logs = logs;
  logs.countDrops((sink) =>
    server.metrics.counter('couplet_log_dropped_total', 'Lines of the log that could not be written', { sink }),
  );
  server.control = { stop: () => void process.kill(process.pid, 'SIGTERM'), restart, reload };
  onSignals(log, stop, async () => {
    await reload(false).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      log.error({ reason }, 'the configuration was not reloaded: nothing was changed');
    });
  });
  giveBackIdleMemory();
  watchLoopDelay(log, server.metrics);
  const { listeners } = server;
  const addresses = [...(await listeners.addresses('c2s')), ...(await listeners.addresses('c2s_direct_tls'))];
  warnOfProcess(sockets, log);
  process.stdout.write(banner({ settings, addresses, zero, users: line.users, first }));
  sayReady();
  void manager.ready();
}

function openServerLogs(sinks: ServerSettings['log']): Logs {
  try {
    return openLogs(sinks);
  } catch (error) {
    throw new ConfigError(`log: ${error instanceof Error ? error.message : String(error)}`);
  }
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

function configureLogs(logs: Logs, places: Parameters<Logs['configure']>[0]): void {
  try {
    logs.configure(places);
  } catch (error) {
    throw new ConfigError(`log: ${error instanceof Error ? error.message : String(error)}`);
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof ConfigError) process.stderr.write(`couplet: ${error.message}\n`);
  else process.stderr.write(`couplet: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = EXIT_FAILED;
}
