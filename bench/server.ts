/** The server that is measured: in memory, nearly every module that comes with it, on a free port of 127.0.0.1. */
import { MODULE_NAMES, findModule } from '../src/app/modules.ts';
import { startServer } from '../src/app/start.ts';
import { Auth } from '../src/host/auth.ts';
import type { ModuleDefinition } from '../src/host/module.ts';
import type { Server } from '../src/host/server.ts';
import type { Log } from '../src/logging/log.ts';

/** The host it serves. */
const DOMAIN = 'localhost';

/** `mam` keeps everything, so that what is measured would depend on what was before: `archiving` stands for it. */
const LEFT: ReadonlySet<string> = new Set(['auth_insecure', 'auth_internal_plain', 'auth_anonymous', 'mam', 'welcome']);

/** Nothing is logged unless something goes wrong, and then the measurement is void. */
const LOG: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: (fields, text) => {
    throw new Error(`${text}: ${JSON.stringify(fields)}`, { cause: fields['err'] });
  },
  child: () => LOG,
};

/** Start it, with `more` modules. */
export async function startMeasured(more: readonly ModuleDefinition[] = []): Promise<Server> {
  const own = new Map(more.map((definition) => [definition.name, definition]));
  const modules = [...MODULE_NAMES.filter((name) => !LEFT.has(name)), ...own.keys()];
  const options = {
    c2s_ports: [0],
    c2s_interfaces: ['127.0.0.1'],
    c2s_require_encryption: false,
    allow_unencrypted_plain_auth: true,
  };
  return startServer({
    log: LOG,
    hosts: [{ domain: DOMAIN, kind: 'host', modules, options }],
    modules: async (name) => own.get(name) ?? (await findModule(name)),
  });
}

/** The port where clients connect. */
export async function portOf(server: Server): Promise<number> {
  const [address = ''] = await server.listeners.addresses('c2s');
  return Number(address.slice(address.lastIndexOf(':') + 1));
}

/** Make accounts whose password is `secret`. */
export async function addAccounts(server: Server, names: readonly string[]): Promise<void> {
  const auth = server.hosts.get(DOMAIN)?.services.find(Auth);
  const unit = server.storage.unit();
  for (const name of names) await auth?.setPassword(unit, name, 'secret');
  await unit.submit()?.settled();
}
