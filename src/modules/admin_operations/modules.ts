/** Operations on the modules of a host. */
import { z } from 'zod';
import type { ModuleApi } from '../../host/module.ts';
import { StanzaError } from '../../stanza/errors.ts';

/** The answer of `module.list`. */
const moduleList = z.object({ modules: z.array(z.object({ name: z.string(), summary: z.string() })) });

/** Define `module.list`, `module.info`, `module.load`, `module.unload` and `module.reload`. */
export function moduleOperations(m: ModuleApi): void {
  const { modules, server } = m.host;
  const input = z.object({ module: z.string().min(1).describe('Name of the module, without "mod_"') });
  const output = z.object({});
  const role = 'prosody:operator';
  const loaded = (name: string) => {
    const definition = modules.definition(name);
    if (definition === undefined) throw new StanzaError('item-not-found', `${name} is not loaded on ${m.domain}`);
    return definition;
  };

  m.operation({
    name: 'module.list',
    summary: 'List the modules that are loaded',
    input: z.object({}),
    output: moduleList,
    role: 'prosody:admin',
    changes: false,
    cli: 'module list',
    run: async () => ({
      modules: [...modules.names].sort().map((name) => ({ name, summary: loaded(name).summary })),
    }),
  });

  m.operation({
    name: 'module.info',
    summary: 'Show what a module is and has registered',
    input,
    output: z.object({
      name: z.string(),
      summary: z.string(),
      xeps: z.array(z.string()),
      options: z.array(z.string()),
      registrations: z.int(),
    }),
    role: 'prosody:admin',
    changes: false,
    cli: 'module info',
    run: async ({ module: name }) => {
      const { summary, xeps, options } = loaded(name);
      return {
        name,
        summary,
        xeps: xeps.map(({ xep, version }) => `XEP-${String(xep).padStart(4, '0')} ${version}`),
        options: Object.keys(options.shape),
        registrations: modules.registrations(name) ?? 0,
      };
    },
  });

  m.operation({
    name: 'module.load',
    summary: 'Load a module until the next start of the server',
    input,
    output,
    role,
    changes: true,
    cli: 'module load',
    run: async ({ module: name }) => {
      const definition = await server.findModule(name);
      if (definition === undefined) throw new StanzaError('item-not-found', `There is no module ${name}`);
      if (modules.definition(name) !== undefined) throw new StanzaError('conflict', `${name} is loaded already`);
      await tried(() => modules.load([definition]));
      return {};
    },
  });

  m.operation({
    name: 'module.unload',
    summary: 'Unload a module until the next start of the server',
    input,
    output,
    role,
    changes: true,
    cli: 'module unload',
    run: async ({ module: name }) => {
      loaded(name);
      if (name === m.name) throw new StanzaError('not-allowed', 'Without that module nothing could be loaded any more');
      await tried(() => modules.unload(name));
      return {};
    },
  });

  m.operation({
    name: 'module.reload',
    summary: 'Set a module up again',
    input,
    output,
    role,
    changes: true,
    cli: 'module reload',
    run: async ({ module: name }) => {
      loaded(name);
      await tried(() => modules.reload(name));
      return {};
    },
  });
}

/** What keeps a module from being loaded is for the one who asked. */
async function tried(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw new StanzaError('not-allowed', error instanceof Error ? error.message : String(error));
  }
}
