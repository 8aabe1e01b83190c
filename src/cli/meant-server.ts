/** The server that the options of a command mean. */
import { resolve } from 'node:path';
import { ENVIRONMENT, findConfig } from '../app/find-config.ts';
import { ZERO_DATA, loadSettings, zeroSettings } from '../app/load-settings.ts';
import { findRecords } from '../app/running-record.ts';
import { managingUnit } from '../app/service/managing-unit.ts';
import type { ServerSettings } from '../app/server-settings.ts';
import type { CommandOptions } from './command.ts';
import { operatorAt, operatorOn, type Operator } from './operator.ts';

/** Finds it; its configuration is read where that is needed, and once. */
export class MeantServer {
  readonly #config: string | undefined;
  readonly #data: string;
  #settings: Promise<ServerSettings> | undefined;

  /**
   * @param settings those of its configuration, where that was read before
   * @throws Error options that contradict each other
   */
  constructor({ config, data }: CommandOptions, settings?: ServerSettings) {
    this.#config = config ?? (data === undefined ? findConfig() : undefined);
    this.#data = data ?? ZERO_DATA;
    if (settings !== undefined) this.#settings = Promise.resolve(settings);
    if (this.#config !== undefined && data !== undefined) {
      throw new Error('--data: with --config, data_path in that file says where data is');
    }
  }

  /** The service of systemd that runs it, if one does. */
  get unit(): string | undefined {
    if (this.#config === undefined || this.#config === ENVIRONMENT) return undefined;
    return managingUnit(resolve(this.#config), this.#config === findConfig({}));
  }

  /**
   * What its configuration says now.
   * @throws ConfigError
   */
  settings(): Promise<ServerSettings> {
    this.#settings ??= this.#read();
    return this.#settings;
  }

  /**
   * It, if it runs: by what it left when it started, else where its configuration has it.
   * @throws Error its socket may not be opened
   * @throws ConfigError
   */
  async running(): Promise<Operator | undefined> {
    return (await this.#recorded()) ?? operatorAt((await this.settings()).adminSocket);
  }

  /**
   * It.
   * @throws Error it does not run
   */
  async required(): Promise<Operator> {
    const running = await this.running();
    if (running !== undefined) return running;
    throw new Error(`the server does not run: nothing answers at ${(await this.settings()).adminSocket}`);
  }

  /**
   * It, or where it does not run one without any network, on the same data.
   * @throws ConfigError the data cannot be used
   */
  async any(): Promise<Operator> {
    return (await this.running()) ?? operatorOn(await this.settings());
  }

  async #read(): Promise<ServerSettings> {
    if (this.#config !== undefined) return loadSettings(this.#config);
    return zeroSettings({
      data: this.#data,
      storage: 'sqlite',
      port: 0,
      tlsPort: undefined,
      address: '127.0.0.1',
      logLevel: 'info',
    });
  }

  /** The only one that runs with that configuration. Of several, the environment says which is meant. */
  async #recorded(): Promise<Operator | undefined> {
    if (this.#config === undefined || this.#config === ENVIRONMENT) return undefined;
    const records = findRecords(resolve(this.#config));
    const all = await Promise.all(records.map(({ socket }) => operatorAt(socket).catch(() => undefined)));
    const answering = all.filter((operator) => operator !== undefined);
    if (answering.length <= 1) return answering[0];
    await Promise.all(answering.map((operator) => operator.close()));
    return undefined;
  }
}
