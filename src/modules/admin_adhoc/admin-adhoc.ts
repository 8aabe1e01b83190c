/** The operations of a host as ad-hoc commands: those of service administration (XEP-0133 v1.3.1), and all others. */
import { z } from 'zod';
import { defineModule } from '../../host/module.ts';
import { AdhocCommands } from '../adhoc/service.ts';
import { genericCommand, NS_OPERATIONS } from './generic.ts';
import { Runner } from './runner.ts';
import { serviceAdministration } from './service-administration.ts';

export default defineModule({
  name: 'admin_adhoc',
  summary: 'Administration from a client, through ad-hoc commands',
  xeps: [{ xep: 133, version: '1.3.1' }],
  scope: 'host',
  options: z.object({}),

  setup(m) {
    const runner = new Runner(m);
    const { operations } = m.host;
    const ours = serviceAdministration(runner);
    const prefix = `${NS_OPERATIONS}#`;

    m.contribute(AdhocCommands, {
      *commands() {
        yield* ours.values();
        for (const operation of operations.list()) {
          if (operation.adhoc !== undefined && ours.has(operation.adhoc)) continue;
          const command = genericCommand(operation, runner);
          if (command !== undefined) yield command;
        }
      },
      find(node) {
        const own = ours.get(node);
        if (own !== undefined || !node.startsWith(prefix)) return own;
        const name = node.slice(prefix.length);
        const operation = operations.list().find((it) => it.name === name);
        return operation && genericCommand(operation, runner);
      },
    });
  },
});
