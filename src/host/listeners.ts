/** Network services: opened for the first module that asks for one, closed with the last. */
import { ConfigError } from '../config/config-error.ts';
import type { Log } from '../logging/log.ts';
import type { NetListener } from '../net/interface.ts';

interface Service {
  readonly open: () => Promise<NetListener>;
  listener: Promise<NetListener> | undefined;
  users: number;
}

/** The services of one process by name. Nothing is opened before `start`, so that no client meets a half-loaded host. */
export class Listeners {
  readonly #log: Log;
  readonly #services = new Map<string, Service>();
  #started = false;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Open everything asked for so far; from now on services are opened at once. @throws ConfigError a port cannot be had */
  async start(): Promise<void> {
    this.#started = true;
    for (const [name, service] of this.#services) await this.#open(name, service);
  }

  /** Where a service listens; empty if it is not open. */
  async addresses(name: string): Promise<readonly string[]> {
    return (await this.#services.get(name)?.listener)?.addresses ?? [];
  }

  /** All services that are open, in the order in which they were asked for, and where they listen. */
  async all(): Promise<{ readonly service: string; readonly addresses: string[] }[]> {
    const open: { service: string; addresses: string[] }[] = [];
    for (const service of this.#services.keys()) {
      const addresses = await this.addresses(service);
      if (addresses.length > 0) open.push({ service, addresses: [...addresses] });
    }
    return open;
  }

  /** Share a service, opened by the first user's `open`. The returned function gives it up. */
  async use(name: string, open: () => Promise<NetListener>): Promise<() => void> {
    const service = this.#services.get(name) ?? { open, listener: undefined, users: 0 };
    this.#services.set(name, service);
    service.users++;
    const giveUp = (): void => {
      if (--service.users > 0) return;
      this.#services.delete(name);
      service.listener
        ?.then((listener) => listener.close())
        .catch((error: unknown) => {
          this.#log.error({ err: error, service: name }, 'closing a service failed');
        });
    };
    if (this.#started) {
      try {
        await this.#open(name, service);
      } catch (error) {
        giveUp();
        throw error;
      }
    }
    return giveUp;
  }

  /** Close all services to new connections. */
  async close(): Promise<void> {
    this.#started = false;
    for (const { listener } of this.#services.values()) await (await listener)?.close();
  }

  /** Resolves when no connection of any service is left. */
  async drained(): Promise<void> {
    for (const { listener } of this.#services.values()) await (await listener)?.drained();
  }

  async #open(name: string, service: Service): Promise<void> {
    if (service.listener !== undefined) return void (await service.listener);
    service.listener = service.open();
    try {
      const { addresses } = await service.listener;
      this.#log.info({ service: name, addresses }, 'listening');
    } catch (error) {
      service.listener = undefined;
      throw new ConfigError(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
