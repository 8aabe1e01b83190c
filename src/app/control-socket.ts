/** The UNIX socket through which coupletctl reaches a running server. Who can open it may do everything. */
import { once } from 'node:events';
import { chmodSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { ConfigError } from '../config/config-error.ts';
import type { Server } from '../host/server.ts';
import { OperationRefused, controlRequest, type ControlReply } from './control-protocol.ts';
import { EventOutlet } from './event-outlet.ts';
import { readLines } from './read-lines.ts';
import { runOperation } from './run-operation.ts';

const OWNER_ONLY = 0o600;
/** Nothing for group and others. */
const UMASK = 0o177;

/** Longest path of a socket in bytes on all systems (`sun_path`), its final zero aside. */
const MAX_PATH = 103;

/** An open control socket. */
export interface ControlSocket {
  /** Take no more requests, end the connections that there are, remove the socket. */
  close(): Promise<void>;
}

/**
 * Open the socket.
 * @throws ConfigError another server uses it, or it cannot be made
 */
export async function openControlSocket(server: Server, path: string): Promise<ControlSocket> {
  if (Buffer.byteLength(path) > MAX_PATH) {
    throw new ConfigError(`the path of the control socket is too long for a socket: ${path} (option admin_socket)`);
  }
  if (await isAnswered(path)) throw new ConfigError(`another server answers at ${path}`);
  rmSync(path, { force: true }); // left by a server that was killed
  const connections = new Set<Socket>();
  const listener = createServer((socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
    socket.on('error', () => socket.destroy());
    void serve(server, socket);
  });
  const before = process.umask(UMASK); // so that nobody else can open it between its making and chmod
  try {
    listener.listen(path);
    await once(listener, 'listening');
    chmodSync(path, OWNER_ONLY);
  } catch (error) {
    throw new ConfigError(`the control socket: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    process.umask(before);
  }
  return {
    async close() {
      const closed = once(listener, 'close');
      listener.close(); // removes the socket too
      for (const socket of connections) socket.destroy();
      await closed;
    },
  };
}

async function isAnswered(path: string): Promise<boolean> {
  const socket = createConnection(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function serve(server: Server, socket: Socket): Promise<void> {
  const gone = new AbortController();
  socket.on('close', () => gone.abort());
  const say = (reply: ControlReply): void => void (socket.writable && socket.write(`${JSON.stringify(reply)}\n`));
  try {
    for await (const line of readLines(socket)) await answer(server, socket, line, gone.signal, say);
    socket.end();
  } catch (error) {
    server.log.warn({ err: error }, 'control connection broke');
    socket.destroy();
  }
}

async function answer(
  server: Server,
  socket: Socket,
  line: string,
  signal: AbortSignal,
  say: (reply: ControlReply) => void,
): Promise<void> {
  const request = controlRequest.safeParse(parsed(line));
  if (!request.success) return say({ id: 0, error: { condition: 'bad-request', text: 'not a request' } });
  const { id, operation, host, input, face } = request.data;
  try {
    const progress = (done: number, total: number): void => say({ id, progress: [done, total] });
    const { write: event } = new EventOutlet(socket, (told) => say({ id, event: told }));
    say({ id, result: await runOperation(server, { operation, host, input, face, signal, progress, event }) });
  } catch (error) {
    if (!(error instanceof OperationRefused)) throw error;
    say({ id, error: { condition: error.condition, text: error.message } });
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
