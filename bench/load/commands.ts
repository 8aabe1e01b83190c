/** What a load process can be told, and what it answers. */
import { z } from 'zod';
import type { FlowCounts } from './flow-check.ts';
import type { Traffic } from './traffic.ts';

const count = z.int().min(0);
const type = z.enum(['chat', 'headline']);

const traffic: z.ZodType<Traffic> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ping'), window: count }),
  z.object({
    kind: z.literal('chat'),
    type,
    window: count,
    length: count,
    limit: count.optional().transform((limit) => limit),
  }),
  z.object({ kind: z.literal('paced'), type, rate: count, length: count }),
  z.object({ kind: z.literal('presence') }),
  z.object({ kind: z.literal('burst'), rate: count, window: count, length: count }),
]);

/** A command. */
export const command = z.discriminatedUnion('do', [
  /** Log accounts in, `parallel` at a time, besides those that are. */
  z.object({
    do: z.literal('open'),
    first: count,
    count,
    parallel: count,
    port: count,
    security: z.enum(['none', 'starttls', 'direct']),
    mechanism: z.enum(['PLAIN', 'SCRAM-SHA-1', 'SCRAM-SHA-256']),
    carbons: z.boolean(),
    acks: z.boolean(),
  }),
  /** Let all others subscribe to the presence of the first. */
  z.object({ do: z.literal('befriend') }),
  z.object({ do: z.literal('start'), traffic }),
  /** What came since the last mark. */
  z.object({ do: z.literal('mark') }),
  /** What came since the last mark, without setting another. */
  z.object({ do: z.literal('look') }),
  /** Stop sending, wait `patience` ms for what is under way. */
  z.object({ do: z.literal('finish'), patience: count }),
  /** Close all connections. */
  z.object({ do: z.literal('close') }),
]);

/** A command. */
export type Command = z.infer<typeof command>;

/** What came in a time. Durations in milliseconds. */
export interface Interval {
  readonly received: number;
  readonly duration: number;
  /** Of their latencies. */
  readonly p50: number;
  readonly p99: number;
  /** Under way. */
  readonly missing: number;
}

/** What became of all that was sent. */
export interface Outcome extends FlowCounts {
  /** Connections that the server closed. */
  readonly dropped: number;
}

/** What a load process answers: the result, or what went wrong. */
export interface Answer {
  readonly result?: unknown;
  readonly error?: string;
}
