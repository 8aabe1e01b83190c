/** Runs checks on the server that is meant. */
import { resolve } from 'node:path';
import type { Check, Subject } from '../app/check/check.ts';
import { CHECKS } from '../app/check/checks.ts';
import { brokenConfig } from '../app/check/config/config.ts';
import { dnsLookup } from '../app/check/dns/lookup.ts';
import { exitStatus, type Finding } from '../app/check/finding.ts';
import { runChecks } from '../app/check/run-checks.ts';
import { environmentConfig, withEnvironment } from '../app/environment.ts';
import { ENVIRONMENT, findConfig } from '../app/find-config.ts';
import { readConfig, settingsFrom } from '../app/load-settings.ts';
import { ConfigError } from '../config/config-error.ts';
import { didYouMean } from '../config/did-you-mean.ts';
import { checkText } from './check-text.ts';
import type { CommandContext, CommandOptions } from './command.ts';
import { MeantServer } from './meant-server.ts';
import type { Operator } from './operator.ts';

const NAMES = CHECKS.map(({ name }) => name);

/** Run the checks that are named, or all; the result is the exit status. @throws Error there is no such check */
export async function runCheckCommand({ parameters, options, out, err }: CommandContext): Promise<number> {
  const checks = parameters.length === 0 ? CHECKS : parameters.map(named);
  const { written, raw, settings, broken } = await read(options);
  if (settings === undefined) return show(broken, [], undefined);
  const { server, isRunning: known } = await reach(new MeantServer(options, settings), err);
  const subject: Subject = {
    written,
    raw,
    settings,
    environment: process.env,
    ask: server && ((operation, input, host) => server.run({ operation, input, ...(host !== undefined && { host }) })),
    lookup: dnsLookup(),
    now: Date.now(),
    ping: options.ping,
  };
  try {
    return show(await runChecks(checks, subject), checks, known);
  } finally {
    await server?.close();
  }

  function show(findings: readonly Finding[], all: readonly Check[], isRunning: boolean | undefined): number {
    const status = exitStatus(findings, options.strict);
    const names = all.map(({ name }) => name);
    if (options.json === true)
      out(`${JSON.stringify({ status, running: isRunning ?? null, checks: names, findings })}\n`);
    else out(checkText(findings, names, isRunning, process.stdout.isTTY && process.env['NO_COLOR'] === undefined));
    return status;
  }
}

function named(name: string): Check {
  const found = CHECKS.find((one) => one.name === name);
  if (found === undefined)
    throw new Error(`there is no check "${name}"${didYouMean(name, NAMES)}; there are ${NAMES.join(', ')}`);
  return found;
}

/** The configuration, or what is wrong with it. */
async function read(
  options: CommandOptions,
): Promise<Partial<Pick<Subject, 'written' | 'raw' | 'settings'>> & { broken: Finding[] }> {
  const file = options.config ?? (options.data === undefined ? findConfig() : undefined);
  try {
    if (file === undefined || options.data !== undefined)
      return { settings: await new MeantServer(options).settings(), broken: [] };
    const written = file === ENVIRONMENT ? undefined : await readConfig(resolve(file));
    const raw = written === undefined ? await environmentConfig() : await withEnvironment(written);
    return { written, raw, settings: await settingsFrom(raw), broken: [] };
  } catch (error) {
    if (error instanceof ConfigError) return { broken: brokenConfig(error.message) };
    throw error;
  }
}

/** A server that cannot be reached is said, and its checks are left out; whether it runs is not known then. */
async function reach(
  meant: MeantServer,
  err: (text: string) => void,
): Promise<{ readonly server: Operator | undefined; readonly isRunning: boolean | undefined }> {
  try {
    const server = await meant.running();
    return { server, isRunning: server !== undefined };
  } catch (error) {
    err(`${error instanceof Error ? error.message : String(error)}\n`);
    return { server: undefined, isRunning: undefined };
  }
}
