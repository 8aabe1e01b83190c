/** Which specifications are supported, and how far: from the manifests of the modules. */
import type { ModuleDefinition } from '../../src/host/module.ts';

/** A specification, and what the modules say of it. */
export interface SupportedXep {
  readonly xep: number;
  /** The version that was followed. */
  readonly version: string;
  /** Names, sorted. */
  readonly modules: readonly string[];
  /** What is left out; several where it is divided among modules. */
  readonly notes: readonly string[];
  /** Does some module support all of it? */
  readonly complete: boolean;
}

/**
 * By number.
 * @throws {Error} where two modules follow different versions of one text
 */
export function supportedXeps(modules: readonly ModuleDefinition[]): SupportedXep[] {
  const found = new Map<number, SupportedXep>();
  for (const { name, xeps } of modules) {
    for (const { xep, version, note } of xeps) {
      const known = found.get(xep) ?? { version, modules: [], notes: [], complete: false };
      if (known.version !== version) {
        throw new Error(`XEP ${xep}: ${known.modules.join(', ')} followed ${known.version}, ${name} ${version}`);
      }
      found.set(xep, {
        xep,
        version,
        modules: [...known.modules, name],
        notes: note === undefined ? known.notes : [...known.notes, note],
        complete: known.complete || note === undefined,
      });
    }
  }
  return [...found.values()].toSorted((a, b) => a.xep - b.xep);
}
