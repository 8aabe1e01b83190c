/** Binds what the server could not bind later. */
import { ConfigError } from '../../config/config-error.ts';
import type { HostConfig } from '../../host/host.ts';
import { BoundSockets } from '../../net/bound-sockets.ts';
import { listenAt } from '../../net/listening-socket.ts';

/** Descriptor of the first socket that a service manager hands over (sd_listen_fds(3)). */
const FIRST = 3;

/** Ports from here on can be bound without rights. */
const UNPRIVILEGED = 1024;

const LISTEN = { keepAlive: true } as const;

const SERVICES: readonly string[] = ['c2s', 'c2s_direct_tls'];

/** Where services listen if nothing is said. */
const EVERYWHERE: readonly string[] = ['*', '::'];

/**
 * The sockets that a service manager hands over. One whose name is that of a service (`FileDescriptorName=c2s`) is for
 * that service; the others are for what is to listen at their address.
 * @throws ConfigError what is handed over is no socket that listens
 */
export async function adoptSockets(
  environment: NodeJS.ProcessEnv,
  hosts: readonly HostConfig[],
): Promise<BoundSockets> {
  const sockets = new BoundSockets();
  const { LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES = '' } = environment;
  if (Number(LISTEN_PID) !== process.pid) return sockets;
  const names = LISTEN_FDNAMES.split(':');
  for (let index = 0; index < Number(LISTEN_FDS); index++) {
    try {
      const name = names[index] ?? '';
      sockets.add(await listenAt({ fd: FIRST + index }, LISTEN), isService(name, hosts) ? name : undefined);
    } catch (error) {
      throw new ConfigError(`socket activation: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return sockets;
}

/** Is it the name of a service, of those that the server has or those whose ports the configuration sets? */
function isService(name: string, hosts: readonly HostConfig[]): boolean {
  return SERVICES.includes(name) || hosts.some(({ options }) => `${name}_ports` in options);
}

/**
 * Bind all ports that need the rights of root.
 * @throws ConfigError another program has one of them
 */
export async function bindLowPorts(hosts: readonly HostConfig[], sockets: BoundSockets): Promise<void> {
  const places = new Map<string, { readonly name: string; readonly port: number }>();
  for (const host of hosts) {
    const options = new Map<string, unknown>(Object.entries(host.options));
    for (const [option, value] of options) {
      if (!option.endsWith('_ports') || !Array.isArray(value)) continue;
      const interfaces = options.get(option.replace(/_ports$/, '_interfaces')) ?? options.get('interfaces');
      const names = Array.isArray(interfaces) ? interfaces.map(String) : EVERYWHERE;
      for (const port of value.filter((it) => typeof it === 'number')) {
        if (port === 0 || port >= UNPRIVILEGED) continue;
        for (const name of names) places.set(`${name} ${port}`, { name, port });
      }
    }
  }
  for (const place of places.values()) {
    try {
      sockets.add(await listenAt(place, LISTEN));
    } catch (error) {
      if (place.name === '::') continue; // the service says that there is no IPv6, or why else not
      throw new ConfigError(error instanceof Error ? error.message : String(error));
    }
  }
}
