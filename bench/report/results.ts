/** What a comparison found out, as it is kept in a file. */
import { z } from 'zod';

const results = z.object({
  /** What it ran on. */
  machine: z.object({
    cores: z.number(),
    processor: z.string(),
    memory: z.string(),
    system: z.string(),
    kernel: z.string(),
    node: z.string(),
  }),
  date: z.string(),
  servers: z.array(z.object({ name: z.string(), label: z.string(), version: z.string() })),
  /** Servers that were wanted and are not installed. */
  missing: z.array(z.string()),
  scale: z.object({
    users: z.number(),
    connections: z.number(),
    warmUp: z.number(),
    window: z.number(),
    rest: z.number(),
  }),
  runs: z.array(
    z.object({
      scenario: z.string(),
      server: z.string(),
      repetition: z.number(),
      figures: z.record(z.string(), z.number().nullable()),
      /** Why there are no figures. */
      error: z.string().optional(),
    }),
  ),
});

/** What a comparison found out. */
export type Results = z.infer<typeof results>;

/** One run of one scenario on one server. */
export type Run = Results['runs'][number];

/**
 * Read the text of a file of results.
 * @throws Error it is none
 */
export function parseResults(text: string): Results {
  return results.parse(JSON.parse(text));
}
