/** What the server counts and measures. */
import { z } from 'zod';
import type { ModuleApi } from '../../host/module.ts';
import { Histogram } from '../../metrics/metrics.ts';

/** The answer of `server.metrics`. */
export const serverMetrics = z.object({
  metrics: z.array(
    z.object({
      name: z.string(),
      help: z.string(),
      labels: z.record(z.string(), z.string()),
      /** Of a histogram the number of observations. */
      value: z.number(),
      /** Of all observations of a histogram. */
      sum: z.number().optional(),
    }),
  ),
});

/** Define `server.metrics`. */
export function metricsOperation(m: ModuleApi): void {
  const { metrics } = m.host.server;
  m.operation({
    name: 'server.metrics',
    summary: 'Show what the server counts and measures',
    input: z.object({}),
    output: serverMetrics,
    role: 'prosody:operator',
    changes: false,
    run: async () => ({
      metrics: metrics.families().flatMap(({ name, help, series }) =>
        series.map(({ labels, metric }) => {
          if (!(metric instanceof Histogram)) return { name, help, labels, value: metric.value };
          return { name, help, labels, value: metric.counts.reduce((all, one) => all + one, 0), sum: metric.sum };
        }),
      ),
    }),
  });
}
