/** How the process of a server lives on its machine. */

/** A user and a group, each by its name or its number. */
export interface Account {
  readonly user: string | number;
  readonly group: string | number;
}

/** What a configuration says about the process. */
export interface ProcessSettings {
  /** File for the number of the process. */
  readonly pidfile: string | undefined;
  /** Whom a process that was started as root becomes. */
  readonly account: Account | undefined;
  /** Stay root. */
  readonly runAsRoot: boolean;
  /** Permissions that files made by the server do not have. */
  readonly umask: number;
}
