/** Operations on the ports that the server listens on. */
import { z } from 'zod';
import type { ModuleApi } from '../../host/module.ts';
import { StanzaError } from '../../stanza/errors.ts';

const MAX_PORT = 65_535;

/** Define `port.list` and `port.close`. */
export function portOperations(m: ModuleApi): void {
  const { listeners } = m.host.server;
  const role = 'prosody:operator';

  m.operation({
    name: 'port.list',
    summary: 'List the ports that the server listens on',
    input: z.object({}),
    output: z.object({ ports: z.array(z.object({ address: z.string(), service: z.string() })) }),
    role,
    changes: false,
    cli: 'port list',
    run: async () => ({
      ports: (await listeners.all()).flatMap(({ service, addresses }) =>
        addresses.map((address) => ({ address, service })),
      ),
    }),
  });

  m.operation({
    name: 'port.close',
    summary: 'Take no more connections on the service of a port until the next reload of its modules; those there stay',
    input: z.object({ port: z.int().min(1).max(MAX_PORT).describe('Number of the port') }),
    output: z.object({ service: z.string() }),
    role,
    changes: true,
    cli: 'port close',
    run: async ({ port }) => {
      const found = (await listeners.all()).find(({ addresses }) => addresses.some((it) => it.endsWith(`:${port}`)));
      if (found === undefined) throw new StanzaError('item-not-found', `Nothing listens on port ${port}`);
      await listeners.shut(found.service);
      return { service: found.service };
    },
  });
}
