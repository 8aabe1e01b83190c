/** Everything that decides how a server runs. */
import type { HostConfig } from '../host/host.ts';
import type { Notices } from '../config/notice.ts';
import type { SinkSettings } from '../logging/sink-settings.ts';
import type { ProcessSettings } from './service/process-settings.ts';
import type { StorageConfig } from './storage.ts';

/** A configuration that was checked; all paths are absolute. */
export interface ServerSettings {
  readonly hosts: readonly HostConfig[];
  readonly storage: StorageConfig;
  /** Folder of all data. */
  readonly dataPath: string;
  /** Path of the control socket. */
  readonly adminSocket: string;
  /** The places of the log. */
  readonly log: readonly SinkSettings[];
  /** Bytes of memory above which new connections are refused, 0 for no limit; `undefined` for what suits the machine. */
  readonly memoryLimit?: number | undefined;
  /** Seconds for which commands wait for a start or a stop. */
  readonly commandTimeout?: number | undefined;
  /** Refuse to start and stop it by hand where systemd runs it. */
  readonly serviceWarnings?: boolean | undefined;
  /** Begin anew although Prosody left data in the same place. */
  readonly ignoreExistingData?: boolean | undefined;
  /** Where the configuration has Prosody keep its data in SQLite, from the folder of data on. */
  readonly prosodyDatabase?: string | undefined;
  /** How the process lives on its machine; `undefined` without a configuration. */
  readonly process?: ProcessSettings | undefined;
  /** What is allowed but most likely not meant, one sentence each. */
  readonly warnings: readonly string[];
  /** What some of the warnings are about. */
  readonly notices?: Notices;
}
