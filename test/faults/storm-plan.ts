/** What a process of clients is told, and what it answers. */
import { z } from 'zod';

/** What a process of clients is told. */
export const plan = z.object({
  port: z.number(),
  /** Accounts. */
  first: z.number(),
  count: z.number(),
  /** Milliseconds in which all of them come. */
  within: z.number(),
  /** Milliseconds after which nobody tries any more. */
  patience: z.number(),
});

/** What a process of clients is told. */
export type Plan = z.infer<typeof plan>;

/** When each client was in, in milliseconds from the message on, and what stopped it before. */
export const storm = z.object({ times: z.array(z.number()), failures: z.record(z.string(), z.number()) });

/** What a process of clients answers. */
export type Storm = z.infer<typeof storm>;
