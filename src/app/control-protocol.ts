/**
 * What is said on the control socket: a line of JSON for each request, and for each request its progress, if it has
 * any, and then one answer. Requests of one connection are run one after the other. Some tell events until the connection
 * is closed; what the other side reads too slowly is left out, and an event `{dropped: N}` says so.
 */
import { z } from 'zod';

/** Longest line in bytes. */
export const MAX_LINE = 4 * 1024 * 1024;

/** Run an operation. */
export const controlRequest = z.object({
  id: z.int(),
  operation: z.string(),
  /** The host it is run on; the first one where it does not matter. */
  host: z.string().optional(),
  input: z.unknown(),
  /** What the requester uses, for the audit log. */
  face: z.enum(['control', 'shell']).default('control'),
});

/** Progress, something that happens, the result, or why there is none. */
export const controlReply = z.union([
  z.object({ id: z.int(), progress: z.tuple([z.number(), z.number()]) }),
  z.object({ id: z.int(), event: z.record(z.string(), z.unknown()) }),
  z.object({ id: z.int(), error: z.object({ condition: z.string(), text: z.string() }) }),
  z.object({ id: z.int(), result: z.unknown() }),
]);

/** A request. */
export type ControlRequest = z.input<typeof controlRequest>;

/** A reply. */
export type ControlReply = z.infer<typeof controlReply>;

/** An operation was refused. */
export class OperationRefused extends Error {
  /** A condition of RFC 6120 §8.3.3. */
  readonly condition: string;

  constructor(condition: string, text: string) {
    super(text);
    this.name = 'OperationRefused';
    this.condition = condition;
  }
}
