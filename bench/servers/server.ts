/** What the comparison knows of a server. */

/** A running server. */
export interface RunningServer {
  /** Port for plain connections and STARTTLS, on 127.0.0.1. */
  readonly port: number;
  /** Its processes, without their children. */
  readonly pids: readonly number[];
  /** End its processes. */
  stop(): Promise<void>;
}

/** What a server needs to be set up. */
export interface Setup {
  /** Its own folder, which exists. */
  readonly folder: string;
  readonly accounts: number;
  /** A certificate and its key, in PEM. */
  readonly certificate: string;
  readonly key: string;
}

/** A server in one of its configurations. */
export interface ServerKind {
  /** As it is called on the command line. */
  readonly name: string;
  /** As it is called in reports. */
  readonly label: string;
  /** Its version; `undefined` where it is not installed. */
  version(): string | undefined;
  /** Make its accounts in the folder, once. */
  seed(setup: Setup): Promise<void>;
  /** Start it on a folder that was seeded. */
  start(setup: Setup): Promise<RunningServer>;
}
