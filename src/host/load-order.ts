/** The order in which modules are loaded. */
import { ConfigError } from '../config/config-error.ts';
import type { ModuleDefinition } from './module.ts';
import type { ServiceKey } from './services.ts';

/**
 * Providers before those that need or want them, otherwise as given.
 * @param available is the service there already?
 * @throws ConfigError a need that nobody meets, or a circle, with the path printed
 */
export function loadOrder(
  definitions: readonly ModuleDefinition[],
  available: (key: ServiceKey<unknown>) => boolean,
): ModuleDefinition[] {
  const providers = new Map<string, ModuleDefinition>();
  for (const definition of definitions) {
    for (const key of definition.provides ?? []) providers.set(key.name, definition);
  }
  const needed = (definition: ModuleDefinition): ModuleDefinition[] =>
    (definition.needs ?? []).flatMap((key) => providers.get(key.name) ?? []);
  const wanted = (definition: ModuleDefinition): ModuleDefinition[] =>
    (definition.wants ?? []).flatMap((key) => providers.get(key.name) ?? []);
  const reaches = (from: ModuleDefinition, to: ModuleDefinition, seen = new Set<ModuleDefinition>()): boolean => {
    if (from === to) return true;
    if (seen.has(from)) return false;
    seen.add(from);
    return [...needed(from), ...wanted(from)].some((next) => reaches(next, to, seen));
  };
  const ordered = new Set<ModuleDefinition>();
  const visit = (definition: ModuleDefinition, path: readonly string[]): void => {
    if (ordered.has(definition)) return;
    const here = [...path, definition.name];
    if (path.includes(definition.name)) {
      throw new ConfigError(`modules need each other in a circle: ${here.join(' → ')}`);
    }
    for (const key of definition.needs ?? []) {
      if (providers.has(key.name) || available(key)) continue;
      throw new ConfigError(`module ${definition.name} needs ${key.name}, which no module provides`);
    }
    for (const provider of needed(definition)) visit(provider, here);
    for (const provider of wanted(definition)) if (!reaches(provider, definition)) visit(provider, here);
    ordered.add(definition);
  };
  for (const definition of definitions) visit(definition, []);
  return [...ordered];
}
