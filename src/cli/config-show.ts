/** `config show`: what is in force, from file and environment. No server is asked. */
import { z } from 'zod';
import { HOST_OPTIONS, SERVER_OPTIONS } from '../app/core-options.ts';
import { loadConfig } from '../app/load-settings.ts';
import { findModule } from '../app/modules.ts';
import { translate } from '../app/prosody/translate.ts';
import { settingsOf } from '../app/settings.ts';
import type { Setting } from '../config/raw-config.ts';
import type { Command } from './command.ts';
import { configFile } from './config.ts';

/** Names of options and members whose values are nobody's business. */
const SECRET = /password|secret|token|_key$/;

/** The same of paths, which may be seen. */
const PATH = /^certificate_key$/;

/** What stands in the place of a secret. */
const HIDDEN = '(set)';

/** An option that is in force. */
interface Shown {
  readonly name: string;
  /** `null` for none. */
  readonly value: unknown;
  /** `file:line`, the variable, or `default`. */
  readonly from: string;
}

/** What is in force on the server and on each host. */
export const configShow: Command = {
  name: 'config show',
  options: ['origin', 'json'],
  summary: 'Show the options in force on the server and on each host',
  async run({ options, out, err }) {
    const raw = await loadConfig(configFile(options));
    const { hosts, warnings } = await settingsOf(raw);
    for (const warning of warnings) err(`${warning}\n`);
    // Where each value stands, by the names that options have here.
    const named = raw.lenient ? translate(raw) : raw;
    const server = shown(defaultsOf(SERVER_OPTIONS), (name) => named.settings.get(name), new Map());
    const shownHosts = await Promise.all(
      hosts.map(async ({ domain, kind, modules, options: set }) => {
        const own = named.hosts.find((host) => host.domain === domain)?.settings;
        const at = (name: string): Setting | undefined => own?.get(name) ?? named.settings.get(name);
        return { domain, kind, modules, options: shown(await hostDefaults(modules), at, new Map(Object.entries(set))) };
      }),
    );
    if (options.json === true) {
      out(`${JSON.stringify({ server, hosts: shownHosts })}\n`);
      return 0;
    }
    const line = ({ name, value, from }: Shown): string =>
      `  ${name} = ${value === null ? 'none' : JSON.stringify(value)}${options.origin === true ? `  # ${from}` : ''}\n`;
    out(`server\n${server.map(line).join('')}`);
    for (const { domain, kind, modules, options: all } of shownHosts) {
      out(`${kind} ${domain}: ${modules.join(', ')}\n${all.map(line).join('')}`);
    }
    return 0;
  },
};

/**
 * Options with their values, sorted.
 * @param fitted values that are in force where they are not as they were written
 */
function shown(
  defaults: ReadonlyMap<string, unknown>,
  settingOf: (name: string) => Setting | undefined,
  fitted: ReadonlyMap<string, unknown>,
): Shown[] {
  return [...defaults]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, standard]) => {
      const setting = settingOf(name);
      const isSet = setting !== undefined || fitted.has(name);
      const value = fitted.has(name) ? fitted.get(name) : setting === undefined ? standard : setting.value;
      const from = setting?.at ?? (isSet ? 'the configuration, by another name' : 'default');
      return { name, value: (isSet ? withoutSecrets(name, value) : value) ?? null, from };
    });
}

/** The value with secrets hidden, wherever inside of it they are. */
function withoutSecrets(name: string, value: unknown): unknown {
  if (SECRET.test(name) && !PATH.test(name) && typeof value === 'string') return HIDDEN;
  if (Array.isArray(value)) return value.map((one: unknown) => withoutSecrets(name, one));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]: [string, unknown]) => [key, withoutSecrets(key, inner)]),
  );
}

/** Options of all hosts and of these modules, with their defaults. */
async function hostDefaults(modules: readonly string[]): Promise<ReadonlyMap<string, unknown>> {
  const definitions = await Promise.all(modules.map(async (name) => (await findModule(name))?.options));
  const schemas = [HOST_OPTIONS, ...definitions.filter((schema) => schema !== undefined)];
  return new Map(schemas.flatMap((schema) => [...defaultsOf(schema)]));
}

function defaultsOf({ shape }: z.ZodObject): ReadonlyMap<string, unknown> {
  const fields = Object.entries<unknown>(shape);
  return new Map(
    fields.flatMap(([name, field]) => (field instanceof z.ZodType ? [[name, field.safeParse(undefined).data]] : [])),
  );
}
