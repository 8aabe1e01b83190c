/** Reading what the modules say about themselves. */
import { MODULE_NAMES, findModule } from '../../src/app/modules.ts';
import type { ModuleDefinition } from '../../src/host/module.ts';

/**
 * The definitions of all modules that come with the server, sorted by name.
 * @throws {Error} where a module goes by another name than it says itself
 */
export async function allModules(): Promise<readonly ModuleDefinition[]> {
  const definitions: ModuleDefinition[] = [];
  for (const name of MODULE_NAMES.toSorted()) {
    const definition = await findModule(name);
    if (definition?.name !== name) throw new Error(`module ${name} calls itself ${String(definition?.name)}`);
    definitions.push(definition);
  }
  return definitions;
}
