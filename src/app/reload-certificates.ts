/** New certificates without a restart. */
import type { Server } from '../host/server.ts';

/** The module that serves a host's certificate. */
const MODULE = 'tls';

/**
 * Look for the certificate of each host anew. New connections get what is found, those that there are keep theirs. Where
 * it cannot be used, the one before stays, and the log says why. Never rejects.
 */
export async function reloadCertificates(server: Server): Promise<void> {
  for (const { domain, modules, log } of [...server.hosts.values()]) {
    if (!modules.names.includes(MODULE)) continue;
    try {
      await modules.reload(MODULE);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log.error({ reason }, `the certificate of ${domain} was not replaced: the one in use stays`);
    }
  }
}
