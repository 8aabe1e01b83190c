/** What systemd wants to know of a service (sd_notify(3)): that it is ready, reloads, stops, or is alive. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Log } from '../../logging/log.ts';

/** Comes with systemd. Node.js has no sockets of the kind that the messages go through. */
const PROGRAM = 'systemd-notify';

/** Milliseconds after which a message is given up. */
const PATIENCE = 10_000;

/** Microseconds in a millisecond, nanoseconds in a microsecond. */
const THOUSAND = 1000;

/** Sends the variables of one message. @throws Error it cannot be sent */
export type Send = (variables: readonly string[]) => Promise<void>;

/** Tells the service manager what the server does; nothing where there is none. */
export class ServiceManager {
  readonly #send: Send | undefined;
  readonly #log: Log;
  #alive: NodeJS.Timeout | undefined;
  /** Messages arrive in the order in which they are sent. */
  #last: Promise<void> = Promise.resolve();

  /** @param environment what the service manager said at the start */
  constructor(log: Log, environment: NodeJS.ProcessEnv = process.env, send: Send = viaProgram) {
    this.#log = log;
    const { NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID } = environment;
    if (NOTIFY_SOCKET === undefined || NOTIFY_SOCKET === '') return;
    this.#send = send;
    const interval = Number(WATCHDOG_USEC ?? 0) / THOUSAND / 2;
    if (!(interval > 0) || (WATCHDOG_PID !== undefined && Number(WATCHDOG_PID) !== process.pid)) return;
    this.#alive = setInterval(() => void this.#tell('WATCHDOG=1'), interval).unref();
  }

  /** The server takes connections. */
  ready(): Promise<void> {
    return this.#tell('READY=1', `MAINPID=${process.pid}`, 'STATUS=serves clients');
  }

  /** The configuration is read anew; `ready` says that this is done. */
  reloading(): Promise<void> {
    const monotonic = process.hrtime.bigint() / BigInt(THOUSAND);
    return this.#tell('RELOADING=1', `MONOTONIC_USEC=${monotonic}`, 'STATUS=reads its configuration');
  }

  /** The server stops. */
  stopping(): Promise<void> {
    clearInterval(this.#alive);
    return this.#tell('STOPPING=1', 'STATUS=stops');
  }

  #tell(...variables: readonly string[]): Promise<void> {
    const send = this.#send;
    if (send === undefined) return Promise.resolve();
    this.#last = this.#last
      .then(() => send(variables))
      .catch((error: unknown) => this.#log.warn({ err: error, variables }, 'the service manager cannot be told'));
    return this.#last;
  }
}

async function viaProgram(variables: readonly string[]): Promise<void> {
  await promisify(execFile)(PROGRAM, [...variables], { timeout: PATIENCE });
}
