/** Starts Prosody and takes down what it made of a configuration. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { DATA_VARIABLE } from './configuration.ts';
import type { Facts, Option } from './facts.ts';

const RECORDER = fileURLToPath(new URL('record-prosody.lua', import.meta.url));

/** Milliseconds for a start, and for an end. */
const PATIENCE = 30_000;

/** What the recorder writes; it cannot tell an empty list from an empty table. */
const list = <T extends z.ZodType>(item: T) =>
  z.preprocess((value): unknown => (Array.isArray(value) ? value : []), z.array(item));

const recorded = z.object({
  hosts: list(z.object({ domain: z.string(), kind: z.enum(['host', 'component']) })),
  modules: z.record(z.string(), list(z.string())),
  ports: list(z.object({ service: z.string(), port: z.number() })),
  options: list(
    z.object({ host: z.string(), module: z.string().optional(), option: z.string(), value: z.unknown().optional() }),
  ),
});

/** Ask Prosody. @throws Error with its output where it does not start */
export async function askProsody(folder: string, config: string): Promise<Facts> {
  const data = join(folder, 'prosody-data');
  mkdirSync(data);
  const out = join(folder, 'prosody.json');
  const environment = { ...process.env, LUA_INIT: `@${RECORDER}`, COMPARE_OUT: out, [DATA_VARIABLE]: data };
  const child = spawn('prosody', ['-F', '--config', config], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)));
  const ended = once(child, 'exit');
  try {
    for (const deadline = Date.now() + PATIENCE; !existsSync(out); await sleep(50)) {
      if (Date.now() > deadline || child.exitCode !== null) throw new Error(`Prosody does not start:\n${output}`);
    }
  } finally {
    child.kill('SIGTERM');
    const killer = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
    await ended;
    clearTimeout(killer);
  }
  const facts = recorded.parse(JSON.parse(readFileSync(out, 'utf8')));
  return {
    domains: facts.hosts,
    modules: new Map(Object.entries(facts.modules)),
    ports: facts.ports.map(({ service, port }) => `${service} ${port}`),
    options: optionsOf(facts.options),
  };
}

/** What a module got counts more than what stands in the file. */
function optionsOf(all: z.infer<typeof recorded>['options']): Map<string, Option> {
  const options = new Map<string, Option>();
  for (const { host, module, option, value } of all) {
    const key = `${host} ${option}`;
    const { modules = [], ...before } = options.get(key) ?? {};
    if (module === undefined) options.set(key, { value, ...before, modules, isSet: true });
    else options.set(key, { isSet: false, ...before, value, modules: [...new Set([...modules, module])] });
  }
  return options;
}
