/** Restarts the server as the same process, so that whoever watches its number sees it go on. */

/** Made before the process gives up anything that it was started with. */
export class RestartInPlace {
  readonly #uid = process.getuid?.();
  #wanted = false;

  /** Why it cannot be done, for people. */
  get obstacle(): string | undefined {
    if (process.execve === undefined) return 'This system cannot replace a program: stop the server and start it';
    const { LISTEN_FDS: sockets } = process.env;
    if (sockets !== undefined || process.getuid?.() !== this.#uid) {
      return 'The server gave up what it needs to start: have its service manager restart it';
    }
    return undefined;
  }

  /** Stop in order, then start again. */
  restart(): void {
    this.#wanted = true;
    process.kill(process.pid, 'SIGTERM');
  }

  /** Called when everything has stopped: does not come back if a restart is wanted. */
  begin(): void {
    const { execPath, execArgv, argv } = process;
    if (this.#wanted) process.execve?.(execPath, [execPath, ...execArgv, ...argv.slice(1)], process.env);
  }
}
