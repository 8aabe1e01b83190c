/** The life of a server as a process: its start, reloads, and its end. */
import { join, resolve } from 'node:path';
import { ConfigError } from '../config/config-error.ts';
import type { ReloadStep, Server } from '../host/server.ts';
import { openLogs, type Logs } from '../logging/logs.ts';
import { fromLevel } from '../logging/sink-settings.ts';
import type { BoundSockets } from '../net/bound-sockets.ts';
import type { CommandLine } from './command-line.ts';
import { openControlSocket, type ControlSocket } from './control-socket.ts';
import { ENVIRONMENT } from './find-config.ts';
import { makeFirstAccount, type NewAccount } from './first-account.ts';
import { makeGivenAccounts } from './given-accounts.ts';
import { CERTIFICATES, ZERO_ADMIN, ZERO_HOST, loadSettings } from './load-settings.ts';
import { watchMemory } from './memory-pressure.ts';
import { refuseProsodyData } from './prosody/existing-data.ts';
import { Reloader } from './reload/reloader.ts';
import { RestartInPlace } from './restart-in-place.ts';
import { leaveRecord } from './running-record.ts';
import type { ServerSettings } from './server-settings.ts';
import { makeContainerAccounts } from './service/container-accounts.ts';
import { writePidfile } from './service/pidfile.ts';
import { prepareProcess } from './service/prepare-process.ts';
import { ServiceManager } from './service/service-manager.ts';
import { waitForDatabase } from './service/wait-for-database.ts';
import { startServer } from './start.ts';

/** A server that takes connections, and what belongs to its process. */
export class RunningServer {
  readonly server: Server;
  /** Handed over by a service manager, or bound with rights that are given up by now. */
  readonly sockets: BoundSockets;
  /** Told what the server does. */
  readonly manager: ServiceManager;
  readonly #line: CommandLine;
  readonly #settings: ServerSettings;
  readonly #logs: Logs;
  readonly #restart: RestartInPlace;
  readonly #reloader: Reloader;
  #first: NewAccount | undefined;
  #control: ControlSocket | undefined;
  #forgetRecord: (() => void) | undefined;
  #removePidfile: (() => void) | undefined;
  #unlimited: (() => void) | undefined;

  private constructor(line: CommandLine, settings: ServerSettings, parts: Parts) {
    this.#line = line;
    this.#settings = settings;
    this.server = parts.server;
    this.sockets = parts.sockets;
    this.#logs = parts.logs;
    this.#restart = parts.restart;
    this.manager = new ServiceManager(parts.logs.log);
    this.#reloader = new Reloader({
      server: parts.server,
      settings,
      read: async () => (line.config === undefined ? settings : loadSettings(line.config)),
      apply: (next) => this.#apply(next),
    });
  }

  /**
   * Start it.
   * @throws ConfigError, or an error where the data cannot be used or a port cannot be opened
   */
  static async start(line: CommandLine, settings: ServerSettings): Promise<RunningServer> {
    const restart = new RestartInPlace();
    const sockets = await prepareProcess(line, settings);
    const logs = logErrors(() => openLogs(fromLevel(settings.log, line.logLevel)));
    const { log } = logs;
    for (const warning of settings.warnings) log.warn({ notice: warning }, 'configuration');
    const { hosts, storage, dataPath } = settings;
    await waitForDatabase(storage, line.databaseWait, log);
    if (!line.ignoreExistingData) await refuseProsodyData(settings);
    const server = await startServer({ hosts, storage, log, certificates: join(dataPath, CERTIFICATES), sockets });
    const running = new RunningServer(line, settings, { server, sockets, logs, restart });
    try {
      await running.#open();
    } catch (error) {
      await running.#close();
      throw error;
    }
    return running;
  }

  /** The account that was made because there was none. */
  get first(): NewAccount | undefined {
    return this.#first;
  }

  /**
   * Take over the configuration as it is now.
   * @param dryRun only tell what that would change
   * @throws ConfigError something is wrong with it: nothing was changed
   */
  async reload(dryRun: boolean): Promise<readonly ReloadStep[]> {
    if (dryRun) return this.#reloader.run(dryRun);
    await this.manager.reloading();
    try {
      await this.#logs.reopen();
      return await this.#reloader.run(dryRun);
    } finally {
      void this.manager.ready();
    }
  }

  /** Stop it; does not come back if it is to start again. */
  async stop(): Promise<void> {
    void this.manager.stopping();
    await this.#close();
    if (!(await this.#logs.close())) process.exit();
    this.#restart.begin();
  }

  /** Make the accounts that are missing, and let others find the server. */
  async #open(): Promise<void> {
    const { server } = this;
    const { config, container } = this.#line;
    const { adminSocket, memoryLimit, process: own } = this.#settings;
    const logs = this.#logs;
    if (config === undefined) await this.#makeZeroAccounts();
    if (container) await makeContainerAccounts(server, this.#settings, logs.log);
    server.logs = logs;
    logs.countDrops((sink) =>
      server.metrics.counter('couplet_log_dropped_total', 'Lines of the log that could not be written', { sink }),
    );
    server.control = {
      stop: () => void process.kill(process.pid, 'SIGTERM'),
      restart: this.#restart,
      reload: (dryRun) => this.reload(dryRun),
    };
    this.#limitMemory(memoryLimit);
    this.#control = await openControlSocket(server, adminSocket);
    if (config !== undefined && config !== ENVIRONMENT) {
      this.#forgetRecord = leaveRecord(resolve(config), adminSocket);
    }
    if (own?.pidfile !== undefined) this.#removePidfile = writePidfile(own.pidfile);
  }

  async #close(): Promise<void> {
    this.#forgetRecord?.();
    await this.#control?.close();
    await this.server.stop();
    this.#removePidfile?.();
  }

  async #makeZeroAccounts(): Promise<void> {
    const { storage, dataPath } = this.#settings;
    await makeGivenAccounts(this.server, ZERO_HOST, this.#line.users);
    const shown = storage.kind === 'memory' || process.stdout.isTTY;
    const folder = shown ? undefined : dataPath;
    this.#first = await makeFirstAccount(this.server, { domain: ZERO_HOST, name: ZERO_ADMIN, folder });
  }

  #apply({ log: places, memoryLimit }: ServerSettings): void {
    logErrors(() => this.#logs.configure(fromLevel(places, this.#line.logLevel)));
    this.#limitMemory(memoryLimit);
  }

  #limitMemory(limit: number | undefined): void {
    this.#unlimited?.();
    const { network, metrics, log } = this.server;
    this.#unlimited = watchMemory(network.admission, log, metrics, { limit });
  }
}

interface Parts {
  readonly server: Server;
  readonly sockets: BoundSockets;
  readonly logs: Logs;
  readonly restart: RestartInPlace;
}

/** @throws ConfigError for any error: what the log is written to is the operator's choice */
function logErrors<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw new ConfigError(`log: ${error instanceof Error ? error.message : String(error)}`);
  }
}
