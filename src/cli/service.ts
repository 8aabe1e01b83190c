/** `start`, `stop`, `restart`, `healthcheck` */
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import type { ServerSettings } from '../app/server-settings.ts';
import { PATIENCE, startInBackground } from '../app/service/background.ts';
import { isRunning, serverNamedIn } from '../app/service/pidfile.ts';
import { serverStatus } from '../modules/admin_operations/status.ts';
import type { Command, CommandContext } from './command.ts';
import { MeantServer } from './meant-server.ts';
import type { Operator } from './operator.ts';

/** Milliseconds between two looks whether the server has stopped. */
const STEP = 100;

const stopping = z.object({ pid: z.int() });

/** Start the server in the background. */
export const start: Command = {
  name: 'start',
  summary: 'Start the server in the background; service managers and containers start it themselves',
  options: ['force'],
  run: (context) => unlessManaged('start', context, startServer),
};

/** Stop it. */
export const stop: Command = {
  name: 'stop',
  summary: 'Stop the server, and wait until it has stopped',
  options: ['force'],
  run: (context) => unlessManaged('stop', context, stopServer),
};

/** Stop it, if it runs, and start it. */
export const restart: Command = {
  name: 'restart',
  summary: 'Stop the server if it runs, and start it',
  options: ['force'],
  run: (context) => unlessManaged('restart', context, restartServer),
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
  const server = new MeantServer(context.options);
  let operator: Operator | undefined;
  try {
    operator = await server.running();
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

/** A service manager would start again what is stopped here, and not watch over what is started. */
async function unlessManaged(
  verb: string,
  context: CommandContext,
  run: (context: CommandContext) => Promise<number>,
): Promise<number> {
  const { options, program, err } = context;
  const server = new MeantServer(options);
  const unit = options.force === true ? undefined : server.unit;
  if (unit === undefined) return run(context);
  const { serviceWarnings } = await server.settings().catch((): Partial<ServerSettings> => ({}));
  if (serviceWarnings === false) return run(context);
  err(`systemd runs this server, and would not know of it: systemctl ${verb} ${unit}\n`);
  err(`"${program} ${verb} --force" does it once, prosodyctl_service_warnings = false in the configuration always\n`);
  return 1;
}

async function restartServer(context: CommandContext): Promise<number> {
  const server = new MeantServer(context.options);
  const settings = await server.settings(); // one that cannot start again is better left alone
  const running = await server.running();
  await running?.close();
  if ((running !== undefined || namedProcess(settings) !== undefined) && (await stopServer(context)) !== 0) return 1;
  return startServer(context);
}

async function startServer(context: CommandContext): Promise<number> {
  const { options, server, err } = context;
  const meant = new MeantServer(options);
  const settings = await meant.settings();
  const running = await meant.running();
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
  const server = new MeantServer(context.options);
  const operator = await server.running();
  let pid = operator === undefined ? namedProcess(await server.settings()) : undefined;
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
  // A server whose configuration is broken by now can be stopped as well.
  const { commandTimeout = PATIENCE } = await server.settings().catch((): Partial<ServerSettings> => ({}));
  const patience = commandTimeout * 1000;
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
