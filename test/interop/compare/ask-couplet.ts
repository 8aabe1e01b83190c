/** Starts Couplet and asks what it made of a configuration. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { DATA_VARIABLE } from './configuration.ts';
import type { Facts, Option } from './facts.ts';

const program = (path: string): string => fileURLToPath(new URL(`../../../src/${path}`, import.meta.url));

/** Milliseconds for a start, and for an answer. */
const PATIENCE = 60_000;

const hosts = z.object({
  hosts: z.array(z.object({ domain: z.string(), kind: z.enum(['host', 'component']), active: z.boolean() })),
});
const modules = z.object({ modules: z.array(z.object({ name: z.string() })) });
const ports = z.object({ ports: z.array(z.object({ address: z.string(), service: z.string() })) });
const shown = z.array(z.object({ name: z.string(), value: z.unknown() }));
const config = z.object({ server: shown, hosts: z.array(z.object({ domain: z.string(), options: shown })) });

/** Ask Couplet. @throws Error with its output where it does not start */
export async function askCouplet(folder: string, file: string): Promise<Facts> {
  const data = join(folder, 'couplet-data');
  mkdirSync(data);
  const environment = { ...process.env, [DATA_VARIABLE]: data };
  const child = spawn(process.execPath, [program('app/main.ts'), '--config', file], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const ended = once(child, 'exit');
  const killer = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
  const ask = async <T>(schema: z.ZodType<T>, ...words: readonly string[]): Promise<T> => {
    const parameters = [program('cli/main.ts'), '--config', file, '--json', ...words];
    const { stdout } = await promisify(execFile)(process.execPath, parameters, { env: environment, timeout: PATIENCE });
    return schema.parse(JSON.parse(stdout));
  };
  try {
    await new Promise<void>((resolve, reject) => {
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (text) => {
          output += String(text);
          if (/^Couplet .* serves /m.test(output)) resolve();
        });
      }
      void ended.then(() => reject(new Error(`Couplet does not start:\n${output}`)));
    });
    const { hosts: domains } = await ask(hosts, 'host', 'list');
    const [{ ports: listening }, options, ...lists] = await Promise.all([
      ask(ports, 'port', 'list'),
      ask(config, 'config', 'show'),
      ...domains.map(async ({ domain }) => ask(modules, 'module', 'list', domain)),
    ]);
    return {
      domains: domains.filter(({ active }) => active).map(({ domain, kind }) => ({ domain, kind })),
      modules: new Map(
        domains.map(({ domain }, index) => [domain, (lists[index]?.modules ?? []).map(({ name }) => name)]),
      ),
      ports: listening.map(({ service, address }) => `${service} ${address.split(':').at(-1)}`),
      options: new Map([
        ...optionsOf('*', options.server),
        ...options.hosts.flatMap(({ domain, options: own }) => optionsOf(domain, own)),
      ]),
    };
  } finally {
    child.kill('SIGTERM');
    await ended;
    clearTimeout(killer);
  }
}

function optionsOf(domain: string, options: z.infer<typeof shown>): [string, Option][] {
  return options.map(({ name, value }) => [
    `${domain} ${name}`,
    { value: value ?? undefined, modules: [], isSet: false },
  ]);
}
