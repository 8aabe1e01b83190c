/** `start`, `stop`, `restart`, `healthcheck` */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import type { Command, CommandContext } from './command.ts';
import { runningServer, settingsOf, type Operator } from './operator.ts';
import { serverStatus } from '../modules/admin_operations/status.ts';

/** Milliseconds: how long a start or stop is waited for, and how often is looked. */
const PATIENCE = 60_000;
const STEP = 100;

const stopping = z.object({ pid: z.int() });

/** What a server in the background would have written to its terminal. */
const START_LOG = 'couplet.log';

/** Start the server in the background. */
export const start: Command = {
  name: 'start',
  summary: 'Start the server in the background; service managers and containers start it themselves',
  run: startServer,
};

/** Stop it. */
export const stop: Command = {
  name: 'stop',
  summary: 'Stop the server, and wait until it has stopped',
  run: stopServer,
};

/** Stop it, if it runs, and start it. */
export const restart: Command = {
  name: 'restart',
  summary: 'Stop the server if it runs, and start it',
  async run(context) {
    const running = await found(context);
    await running?.close();
    if (running !== undefined) await stopServer(context);
    return startServer(context);
  },
};

/** For health checks of containers. */
export const healthcheck: Command = {
  name: 'healthcheck',
  options: ['json'],
  summary: 'Exit status 0 if the server answers, reads its data and listens; else 1 and why',
  async run(context) {
    const problems = await healthProblems(context);
    const { options, out, err } = context;
    if (options.json === true) out(`${JSON.stringify({ healthy: problems.length === 0, problems })}\n`);
    else for (const problem of problems) err(`${problem}\n`);
    return problems.length === 0 ? 0 : 1;
  },
};

async function healthProblems(context: CommandContext): Promise<string[]> {
  const operator = await found(context);
  if (operator === undefined) return ['the server does not run'];
  try {
    const status = serverStatus.parse(await operator.run({ operation: 'server.status', input: {} }));
    const problems = status.listeners.length === 0 ? ['no port is open'] : [];
    const domain = status.hosts.find(({ kind }) => kind === 'host')?.domain;
    if (domain !== undefined) await operator.run({ operation: 'audit.list', host: domain, input: { max: 1 } });
    return problems;
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  } finally {
    await operator.close();
  }
}

async function found({ options }: CommandContext): Promise<Operator | undefined> {
  return runningServer(await settingsOf(options));
}

async function startServer(context: CommandContext): Promise<number> {
  const { options, server, err } = context;
  const running = await found(context);
  if (running !== undefined) {
    await running.close();
    err('The server runs already\n');
    return 1;
  }
  if (server === undefined) throw new Error('the program of the server is not known');
  const which =
    options.config !== undefined
      ? ['--config', options.config]
      : options.data !== undefined
        ? ['--data', options.data]
        : [];
  const { dataPath } = await settingsOf(options);
  mkdirSync(dataPath, { recursive: true, mode: 0o700 });
  const file = join(dataPath, START_LOG);
  const log = openSync(file, 'a', 0o600);
  const child = spawn(process.execPath, [server, ...which], { detached: true, stdio: ['ignore', 'ignore', log] });
  closeSync(log);
  let status: number | null | undefined;
  child.on('exit', (code) => (status = code));
  for (let waited = 0; waited < PATIENCE && status === undefined; waited += STEP) {
    await wait(STEP);
    const operator = await found(context);
    if (operator === undefined) continue;
    await operator.close();
    child.unref();
    return 0;
  }
  err(status === undefined ? 'The server does not answer yet\n' : `The server ended: ${file} says why\n`);
  child.unref();
  return 1;
}

async function stopServer(context: CommandContext): Promise<number> {
  const operator = await found(context);
  if (operator === undefined) {
    context.err('The server does not run\n');
    return 1;
  }
  let pid: number;
  try {
    ({ pid } = stopping.parse(await operator.run({ operation: 'server.shutdown', input: {} })));
  } finally {
    await operator.close();
  }
  for (let waited = 0; waited < PATIENCE; waited += STEP) {
    if (!lives(pid)) return 0;
    await wait(STEP);
  }
  context.err(`Process ${pid} has not stopped yet\n`);
  return 1;
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
