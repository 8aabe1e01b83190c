/** The operation that reloads the configuration. */
import { z } from 'zod';
import { ConfigError } from '../../config/config-error.ts';
import type { ModuleApi } from '../../host/module.ts';
import { StanzaError } from '../../stanza/errors.ts';

/** The answer of `config.reload`. */
export const reloadSteps = z.object({
  steps: z.array(z.object({ host: z.string().optional(), change: z.string(), result: z.string() })),
});

/** Define `config.reload`. */
export function reloadOperation(m: ModuleApi): void {
  const { server } = m.host;
  m.operation({
    name: 'config.reload',
    summary: 'Read the configuration anew and take over what changed; connections stay',
    input: z.object({ dry_run: z.boolean().default(false).describe('Only tell what would change') }),
    output: reloadSteps,
    role: 'prosody:operator',
    changes: true,
    dry: ({ dry_run: dryRun }) => dryRun,
    adhoc: 'http://prosody.im/protocol/config#reload',
    cli: 'reload',
    run: async ({ dry_run: dryRun }) => {
      if (server.control === undefined) throw new StanzaError('not-allowed', 'Nothing runs that could do that');
      try {
        const steps = await server.control.reload(dryRun);
        return { steps: steps.map(({ host, change, result }) => ({ host, change, result })) };
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        throw new StanzaError('not-acceptable', `Nothing was changed: ${error.message}`);
      }
    },
  });
}
