/** Network services: opened for the first module that asks for one, closed with the last. */
import { ConfigError } from '../config/config-error.ts';
import type { Log } from '../logging/log.ts';
import type { NetListener } from '../net/interface.ts';

/** Opens a service, or changes the listener that there is into what is wanted now. */
type Open = (present: NetListener | undefined) => Promise<NetListener>;

interface User {
  readonly owner: string;
  readonly open: Open;
}

interface Service {
  /** Those of one owner stand together, the newest last. */
  readonly users: User[];
  listener: Promise<NetListener> | undefined;
  /** Whose wishes the listener fulfils. */
  served: User | undefined;
  last: Promise<unknown>;
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
    for (const [name, service] of this.#services) await this.#settle(name, service);
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

  /**
   * Share a service. It is as the first owner wants it, and of that one as it wanted it last. The returned function
   * gives it up.
   * @throws ConfigError a port cannot be had; then all is as it was
   */
  async use(name: string, owner: string, open: Open): Promise<() => void> {
    const user = { owner, open };
    const service = this.#service(name);
    const { users } = service;
    const before = users.findLastIndex((other) => other.owner === owner);
    users.splice(before === -1 ? users.length : before + 1, 0, user);
    const giveUp = (): void => {
      const index = users.indexOf(user);
      if (index !== -1) users.splice(index, 1);
      const done = users.length > 0 ? this.#settle(name, service) : this.#close(name, service);
      done.catch((error: unknown) => this.#log.error({ err: error, service: name }, 'giving up a service failed'));
    };
    try {
      await this.#settle(name, service);
    } catch (error) {
      giveUp();
      throw error;
    }
    return giveUp;
  }

  /** Take no more connections on a service until it is opened anew, by a reload of its modules or at the next start. */
  async shut(name: string): Promise<void> {
    const service = this.#services.get(name);
    const listener = await service?.listener;
    if (service === undefined || listener === undefined) return;
    service.listener = undefined;
    service.served = undefined;
    await listener.close();
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

  #service(name: string): Service {
    const found = this.#services.get(name);
    if (found !== undefined) return found;
    const made: Service = { users: [], listener: undefined, served: undefined, last: Promise.resolve() };
    this.#services.set(name, made);
    return made;
  }

  async #close(name: string, { listener }: Service): Promise<void> {
    this.#services.delete(name);
    await (await listener)?.close();
  }

  /** Make the listener what is wanted now, one change after the other. */
  #settle(name: string, service: Service): Promise<void> {
    const work = (): Promise<void> => this.#serve(name, service);
    const mine = service.last.then(work, work);
    service.last = mine.catch(() => undefined);
    return mine;
  }

  async #serve(name: string, service: Service): Promise<void> {
    const { users, listener } = service;
    const user = users.findLast(({ owner }) => owner === users[0]?.owner);
    if (!this.#started || user === undefined || user === service.served) return;
    const present = await listener;
    const before = present?.addresses.join();
    const opening = user.open(present);
    if (present === undefined) service.listener = opening;
    try {
      const { addresses } = await opening;
      service.served = user;
      if (addresses.join() !== before) this.#log.info({ service: name, addresses }, 'listening');
    } catch (error) {
      if (present === undefined) service.listener = undefined;
      throw new ConfigError(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
