/** Couplet, as tests want it: in memory, on a free port of 127.0.0.1, without TLS. */
import { MODULE_NAMES } from '../../src/app/modules.ts';
import { startServer as startCouplet } from '../../src/app/start.ts';
import { Auth } from '../../src/host/auth.ts';
import type { HostConfig } from '../../src/host/host.ts';
import type { Server } from '../../src/host/server.ts';
import type { TestServer, TestServerOptions } from './dialogue/test-server.ts';
import { MemoryLog } from './world.ts';

/** Start a server; it takes connections when the promise resolves. */
export async function startServer({
  hosts,
  options,
  without = [],
  with: more = [],
  certificates,
  storage,
}: TestServerOptions): Promise<TestServer> {
  const provider = more.find((name) => name.startsWith('auth_')) ?? 'auth_internal_hashed';
  const others = MODULE_NAMES.filter((name) => name.startsWith('auth_') && name !== provider);
  const left = [
    ...others,
    ...(certificates === undefined ? ['tls'] : []),
    'mam',
    'adhoc',
    'admin_adhoc',
    'welcome',
    ...without,
  ];
  const modules = MODULE_NAMES.filter((name) => !left.includes(name) || more.includes(name));
  const configs = hosts.map((domain): HostConfig => ({
    domain,
    kind: 'host',
    modules,
    options: {
      c2s_ports: [0],
      c2s_interfaces: ['127.0.0.1'],
      c2s_require_encryption: false,
      allow_unencrypted_plain_auth: true,
      ...(certificates !== undefined && { certificates }),
      ...options,
    },
  }));
  const server = await startCouplet({
    hosts: configs,
    log: new MemoryLog(),
    ...(storage !== undefined && { storage }),
  });
  const [address = ''] = await server.listeners.addresses('c2s');
  return {
    port: Number(address.slice(address.lastIndexOf(':') + 1)),
    domains: hosts,
    addUser: (name, password, domain = hosts[0] ?? '') => addUser(server, domain, name, password),
    stop: () => server.stop(),
  };
}

async function addUser(server: Server, domain: string, name: string, password: string): Promise<void> {
  const auth = server.hosts.get(domain)?.services.find(Auth);
  if (auth === undefined) throw new Error(`${domain} has no accounts`);
  const unit = server.storage.unit();
  await auth.setPassword(unit, name, password);
  await unit.submit()?.settled();
}
