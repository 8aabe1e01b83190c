/** Modules for the tests of the pages. */
import { z } from 'zod';
import type { ModuleDefinition } from '../../src/host/module.ts';

/** A module that does nothing and says what it is told to. */
export function sample(name: string, parts: Partial<ModuleDefinition> = {}): ModuleDefinition {
  return {
    name,
    summary: `What ${name} does`,
    xeps: [],
    scope: 'host',
    options: z.object({}),
    setup: () => {},
    ...parts,
  };
}
