/** Everything that decides how a server runs. */
import type { HostConfig } from '../host/host.ts';
import type { LogLevel } from '../logging/pino-log.ts';
import type { StorageConfig } from './storage.ts';

/** A configuration that was checked; all paths are absolute. */
export interface ServerSettings {
  readonly hosts: readonly HostConfig[];
  readonly storage: StorageConfig;
  /** Folder of all data. */
  readonly dataPath: string;
  /** Path of the control socket. */
  readonly adminSocket: string;
  /** Least level that is logged, and where: a file descriptor or a path. */
  readonly log: { readonly level: LogLevel; readonly to: number | string };
  /** Bytes of memory above which new connections are refused, 0 for no limit; `undefined` for what suits the machine. */
  readonly memoryLimit?: number | undefined;
  /** What is allowed but most likely not meant, one sentence each. */
  readonly warnings: readonly string[];
}
