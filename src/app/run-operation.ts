/** Runs an operation for the operator of the machine, whichever way the request came. */
import { OperationInputError, type OperationContext } from '../host/operations.ts';
import type { Server } from '../host/server.ts';
import { StanzaError } from '../stanza/errors.ts';
import { OperationRefused } from './control-protocol.ts';

/** What is to be run, and who is told how far it is. */
export interface OperationCall {
  readonly operation: string;
  readonly host?: string | undefined;
  readonly input: unknown;
  /** `control` by default. */
  readonly face?: string | undefined;
  readonly signal: AbortSignal;
  readonly progress: (done: number, total: number) => void;
  readonly event?: ((event: Readonly<Record<string, unknown>>) => void) | undefined;
}

/**
 * Run it on its host, or on the first one where it names none.
 * @throws OperationRefused
 */
export async function runOperation(server: Server, call: OperationCall): Promise<unknown> {
  const { operation, input, signal, progress, event } = call;
  const host = call.host === undefined ? firstHost(server) : server.hosts.get(call.host);
  if (host === undefined) throw new OperationRefused('item-not-found', `${call.host ?? 'no host'} is not served here`);
  const context: OperationContext = {
    who: undefined,
    face: call.face ?? 'control',
    signal,
    progress,
    ...(event !== undefined && { event }),
  };
  try {
    return await host.operations.run(operation, input, context);
  } catch (error) {
    if (error instanceof StanzaError) throw new OperationRefused(error.condition, error.text ?? error.condition);
    if (error instanceof OperationInputError) throw new OperationRefused('bad-request', error.problems.join('; '));
    server.log.error({ err: error, operation }, 'operation failed');
    throw new OperationRefused('internal-server-error', error instanceof Error ? error.message : String(error));
  }
}

function firstHost(server: Server) {
  const all = [...server.hosts.values()];
  return all.find(({ kind }) => kind === 'host') ?? all[0];
}
