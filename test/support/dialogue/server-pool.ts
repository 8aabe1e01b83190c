/** Servers shared by all dialogues that want the same of them. */
import type { StartServer, TestServer, TestServerOptions } from './test-server.ts';

/** Starts a server for each set of options, once. */
export class ServerPool {
  readonly #start: StartServer;
  readonly #servers = new Map<string, Promise<TestServer>>();

  constructor(start: StartServer) {
    this.#start = start;
  }

  /** The server with these options, started at the first call. */
  get({ hosts, options }: TestServerOptions): Promise<TestServer> {
    const key = JSON.stringify([hosts, Object.entries(options).toSorted()]);
    const known = this.#servers.get(key) ?? this.#start({ hosts, options });
    this.#servers.set(key, known);
    return known;
  }

  /** Stop all of them. */
  async stop(): Promise<void> {
    const started = await Promise.allSettled(this.#servers.values());
    await Promise.all(started.map((server) => (server.status === 'fulfilled' ? server.value.stop() : undefined)));
  }
}
