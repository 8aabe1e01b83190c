/** `start`, `stop`, `restart`, `healthcheck` */
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import type { ServerSettings } from '../app/server-settings.ts';
import { PATIENCE, startInBackground } from '../app/service/background.ts';
import { isRunning, serverNamedIn } from '../app/service/pidfile.ts';
import { serverStatus } from '../modules/admin_operations/status.ts';
import type { Command, CommandContext } from './command.ts';
import { runningServer, settingsOf, type Operator } from './operator.ts';

/** Milliseconds between two looks whether the server has stopped. */
const STEP = 100;

const stopping = z.object({ pid: z.int() });

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
    const settings = await settingsOf(context.options);
    const running = await runningServer(settings);
    await running?.close();
    if ((running !== undefined || namedProcess(settings) !== undefined) && (await stopServer(context)) !== 0) return 1;
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
  const settings = await settingsOf(context.options);
  let operator: Operator | undefined;
  try {
    operator = await runningServer(settings);
    if (operator === undefined) return ['the server does not run'];
    const status = serverStatus.parse(await operator.run({ operation: 'server.status', input: {} }));
    const problems = status.listeners.length === 0 ? ['no port is open'] : [];
    const domain = status.hosts.find(({ kind }) => kind === 'host')?.domain;
    if (domain !== undefined) await operator.run({ operation: 'audit.list', host: domain, input: { max: 1 } });
    return problems;
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  } finally {
    await operator?.close();
  }
}

async function startServer(context: CommandContext): Promise<number> {
  const { options, server, err } = context;
  const settings = await settingsOf(options);
  const running = await runningServer(settings);
  await running?.close();
  const pid = namedProcess(settings);
  if (running !== undefined || pid !== undefined) {
    err(`The server runs already${pid === undefined ? '' : `, as process ${pid}`}\n`);
    return 1;
  }
  if (server === undefined) throw new Error('the program of the server is not known');
  const which =
    options.config !== undefined
      ? ['--config', options.config]
      : options.data !== undefined
        ? ['--data', options.data]
        : [];
  const { outcome, log } = await startInBackground(server, which, settings);
  if (outcome === 'ready') return 0;
  err(outcome === 'late' ? 'The server does not answer yet\n' : `The server ended: ${log} says why\n`);
  return 1;
}

async function stopServer(context: CommandContext): Promise<number> {
  const settings = await settingsOf(context.options);
  const operator = await runningServer(settings);
  let pid = operator === undefined ? namedProcess(settings) : undefined;
  if (operator === undefined && pid === undefined) {
    context.err('The server does not run\n');
    return 1;
  }
  if (pid !== undefined) process.kill(pid, 'SIGTERM');
  try {
    if (operator !== undefined) {
      ({ pid } = stopping.parse(await operator.run({ operation: 'server.shutdown', input: {} })));
    }
  } finally {
    await operator?.close();
  }
  const patience = (settings.commandTimeout ?? PATIENCE) * 1000;
  for (let waited = 0; waited < patience; waited += STEP) {
    if (pid === undefined || !isRunning(pid)) return 0;
    await wait(STEP);
  }
  context.err(`Process ${pid} has not stopped yet\n`);
  return 1;
}

/** The process that the pidfile names, for a server whose socket does not answer. */
function namedProcess({ process: own }: ServerSettings): number | undefined {
  return own?.pidfile === undefined ? undefined : serverNamedIn(own.pidfile);
}
