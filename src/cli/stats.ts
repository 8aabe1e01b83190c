/** `stats show [PATTERN]`: what the server counts and measures. */
import { serverMetrics } from '../modules/admin_operations/metrics.ts';
import type { Command } from './command.ts';
import { operatorFor } from './operation-commands.ts';
import { resultText } from './result-text.ts';

/** A line for each metric; of a histogram how many observations there are, and their mean. */
export const statsShow: Command = {
  name: 'stats show',
  parameters: ['[PATTERN]'],
  options: ['json'],
  summary: 'Show what the server counts and measures; with PATTERN only what has that in its name',
  async run(context) {
    const [pattern = ''] = context.parameters;
    const operator = await operatorFor(context, true);
    try {
      const { metrics } = serverMetrics.parse(await operator.run({ operation: 'server.metrics', input: {} }));
      const found = metrics.filter(({ name }) => name.includes(pattern));
      if (context.options.json === true) context.out(`${JSON.stringify({ metrics: found })}\n`);
      else {
        const rows = found.map(({ name, labels, value, sum }) => ({
          metric: `${name}${labelText(labels)}`,
          value,
          mean: sum === undefined || value === 0 ? undefined : Number((sum / value).toPrecision(3)),
        }));
        context.out(resultText({ metrics: rows }));
      }
      return 0;
    } finally {
      await operator.close();
    }
  },
};

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}
