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
  get({ hosts, options, without = [], with: more = [] }: TestServerOptions): Promise<TestServer> {
    const key = JSON.stringify([hosts, options, without, more]);
    const known = this.#servers.get(key) ?? this.#start({ hosts, options, without, with: more });
    this.#servers.set(key, known);
    return known;
  }

  /** Stop all of them. */
  async stop(): Promise<void> {
    const started = await Promise.allSettled(this.#servers.values());
    const servers = started.flatMap((server) => (server.status === 'fulfilled' ? [server.value] : []));
    await Promise.all(servers.map((server) => server.stop()));
  }
}
