/** The options of a module as a host has them, defaults included. */
import type { HostConfig } from '../../host/host.ts';
import { findModule } from '../modules.ts';

/** Options by name; none where the host does not have the module. */
export async function moduleOptions(
  { modules, options }: HostConfig,
  name: string,
): Promise<ReadonlyMap<string, unknown>> {
  if (!modules.includes(name)) return new Map();
  const result = (await findModule(name))?.options.safeParse(options);
  return new Map(Object.entries(result?.data ?? {}));
}

/** Ports of clients that the host asks for: with STARTTLS, and with TLS from the first byte. */
export async function clientPorts(host: HostConfig): Promise<{ readonly plain: number[]; readonly direct: number[] }> {
  const options = await moduleOptions(host, 'c2s');
  return { plain: numbers(options.get('c2s_ports')), direct: numbers(options.get('c2s_direct_tls_ports')) };
}

function numbers(value: unknown): number[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'number') : [];
}
