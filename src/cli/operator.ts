/** Runs operations: on a server that runs, or on data alone. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { OperationRefused, controlReply, type ControlReply, type ControlRequest } from '../app/control-protocol.ts';
import { refuseProsodyData } from '../app/prosody/existing-data.ts';
import { readLines } from '../app/read-lines.ts';
import { runOperation } from '../app/run-operation.ts';
import type { ServerSettings } from '../app/server-settings.ts';
import { becomeOwner } from '../app/service/privileges.ts';
import { consoleSink } from '../logging/sink-settings.ts';

/** Files that are made are for their owner alone, as those of the server. */
const UMASK = 0o077;

/** Work within it is what somebody typed into the shell. */
export const inShell = new AsyncLocalStorage<true>();

/** What is to be run, and where. */
export interface Call {
  readonly operation: string;
  readonly host?: string;
  readonly input: unknown;
  /** Told of each event of an operation that tells some. */
  readonly event?: (event: Readonly<Record<string, unknown>>) => void;
  /** Told how far a long one is. */
  readonly progress?: ((done: number, whole: number) => void) | undefined;
}

/** Whoever runs operations. */
export interface Operator {
  /** @throws OperationRefused */
  run(call: Call): Promise<unknown>;
  close(): Promise<void>;
}

/**
 * The server that answers at a control socket, or `undefined` if none does.
 * @throws Error the socket may not be opened
 */
export async function operatorAt(path: string): Promise<Operator | undefined> {
  const socket = createConnection(path);
  try {
    await once(socket, 'connect');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return undefined;
    if (code === 'EACCES' || code === 'EPERM') {
      throw new Error(`${path} may not be opened by this user: be the user of the server, or root`, { cause: error });
    }
    throw new Error(`${path} cannot be opened: ${error instanceof Error ? error.message : String(error)}`);
  }
  return new SocketOperator(socket);
}

/**
 * A server without any network, on the data of one that does not run.
 * @throws ConfigError the data cannot be used
 */
export async function operatorOn(settings: ServerSettings): Promise<Operator> {
  const { hosts, storage, adminSocket, dataPath } = settings;
  if (storage.kind === 'memory') throw new Error(`the server does not run: nothing answers at ${adminSocket}`);
  process.umask(UMASK);
  becomeOwner(dataPath, settings.process);
  const [{ startServer }, { openLogs }] = await Promise.all([import('../app/start.ts'), import('../logging/logs.ts')]);
  const { log } = openLogs([consoleSink('error')]);
  await refuseProsodyData(settings);
  const server = await startServer({ hosts, storage, log, listen: false });
  const { signal } = new AbortController();
  return {
    run: ({ progress = () => undefined, ...call }) => runOperation(server, { ...call, signal, progress, face: face() }),
    close: () => server.stop(),
  };
}

function face(): 'control' | 'shell' {
  return inShell.getStore() === true ? 'shell' : 'control';
}

class SocketOperator implements Operator {
  readonly #socket: Socket;
  readonly #lines: AsyncGenerator<string>;
  #last = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#lines = readLines(socket);
  }

  async run(call: Call): Promise<unknown> {
    const { event, progress, ...rest } = call;
    const request: ControlRequest = { id: ++this.#last, ...rest, face: face() };
    this.#socket.write(`${JSON.stringify(request)}\n`);
    for (;;) {
      const reply = await this.#next();
      if ('event' in reply) event?.(reply.event);
      if ('progress' in reply) progress?.(...reply.progress);
      if ('error' in reply) throw new OperationRefused(reply.error.condition, reply.error.text);
      if ('result' in reply) return reply.result;
    }
  }

  async close(): Promise<void> {
    this.#socket.destroy();
    await this.#lines.return(undefined);
  }

  async #next(): Promise<ControlReply> {
    const line = await this.#lines.next().catch(() => undefined); // it was killed
    if (line === undefined || line.done === true) throw new Error('the server stopped before it answered');
    return controlReply.parse(JSON.parse(line.value));
  }
}
