/** `reload` */
import { reloadSteps } from '../modules/admin_operations/reload.ts';
import type { Command } from './command.ts';
import { MeantServer } from './meant-server.ts';
import { resultText } from './result-text.ts';

/** Have the running server take over its configuration as it is now. */
export const reload: Command = {
  name: 'reload',
  aliases: ['config reload'],
  options: ['json', 'dry-run'],
  summary: 'Have the server take over its configuration as it is now; connections stay',
  async run({ options, out, err }) {
    const operator = await new MeantServer(options).required();
    try {
      const input = { dry_run: options['dry-run'] === true };
      const { steps } = reloadSteps.parse(await operator.run({ operation: 'config.reload', input }));
      if (options.json === true) out(`${JSON.stringify({ steps })}\n`);
      else if (steps.length === 0) err('Nothing changed\n');
      else out(resultText({ steps: steps.map(({ host = '', change, result }) => ({ host, change, result })) }));
      return steps.some(({ result }) => result.startsWith('failed')) ? 1 : 0;
    } finally {
      await operator.close();
    }
  },
};
