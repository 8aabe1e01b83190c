/** Operations on the options in force. */
import { z } from 'zod';
import type { ModuleApi } from '../../host/module.ts';
import { StanzaError } from '../../stanza/errors.ts';

/** Options whose values are secrets, or hold some. */
const SECRET = /(^|_)(password|secret|token)s?$|^sql$|credential/;

const option = z
  .string()
  .regex(/^[a-z0-9_]+$/, 'no option has such a name')
  .refine((name) => !SECRET.test(name), 'holds secrets, which are neither shown nor recorded')
  .describe('Name of the option');

/** Define `config.get` and `config.set`. */
export function configOperations(m: ModuleApi): void {
  const { host } = m;
  const role = 'prosody:operator';
  /** Modules that take the option. */
  const takers = (name: string): string[] =>
    host.modules.names.filter((module) => Object.hasOwn(host.modules.definition(module)?.options.shape ?? {}, name));
  const valueOf = (name: string): unknown => {
    const given = host.config.options[name];
    if (given !== undefined) return given;
    for (const module of takers(name)) {
      const schema: unknown = host.modules.definition(module)?.options.shape[name];
      if (schema instanceof z.ZodType) return schema.safeParse(undefined).data;
    }
    return undefined;
  };

  m.operation({
    name: 'config.get',
    summary: 'Show the value of an option on a host',
    input: z.object({ option }),
    output: z.object({ value: z.json().optional() }),
    role,
    changes: false,
    cli: 'config get',
    run: async ({ option: name }) => {
      const value = valueOf(name);
      return { value: value === undefined ? undefined : z.json().parse(value) };
    },
  });

  m.operation({
    name: 'config.set',
    summary: 'Set an option of a host until the next reload or start, and set up the modules again that take it',
    input: z.object({ option, value: z.string().describe('Its value: JSON, or a text') }),
    output: z.object({ modules: z.array(z.string()) }),
    role,
    changes: true,
    cli: 'config set',
    run: async ({ option: name, value }) => {
      const modules = takers(name);
      if (modules.length === 0) throw new StanzaError('item-not-found', `No module of ${m.domain} takes ${name}`);
      const before = host.config;
      host.configure({ ...before, options: { ...before.options, [name]: parsed(value) } });
      const failed = await host.modules.change({ added: [], changed: modules, removed: [] });
      const [first] = failed;
      if (first === undefined) return { modules };
      host.configure(before);
      await host.modules.change({ added: [], changed: modules, removed: [] });
      throw new StanzaError('not-acceptable', first.reason);
    },
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
