/**
 * Which folder of `src` may import from which. The lint configuration is generated from these tables.
 *
 * Imports go downward only. `storage`, `cluster` and `net` are large inside and show the layers above nothing but
 * their interface files, so that a driver or a backend can be replaced.
 */

/** One folder of `src`. */
export interface Layer {
  readonly name: string;
  /** Folders it may import from, itself aside; `folder/file.ts` allows that file alone. */
  readonly mayImport: readonly string[];
}

const STANZA_AND_BELOW = ['util', 'xml', 'jid', 'stanza'];
const SEAMS = ['metrics', 'logging'];
const HOST_AND_BELOW = [...STANZA_AND_BELOW, ...SEAMS, 'stream', 'config', 'storage', 'cluster', 'net', 'host'];

/** All layers, the lowest first. */
export const LAYERS: readonly Layer[] = [
  { name: 'util', mayImport: [] },
  { name: 'xml', mayImport: ['util'] },
  { name: 'jid', mayImport: ['util', 'xml/namespaces.ts'] },
  { name: 'stanza', mayImport: ['util', 'xml', 'jid'] },
  { name: 'stream', mayImport: STANZA_AND_BELOW },
  { name: 'metrics', mayImport: ['util'] },
  { name: 'logging', mayImport: ['util'] },
  { name: 'config', mayImport: ['util', 'jid'] },
  { name: 'storage', mayImport: [...STANZA_AND_BELOW, ...SEAMS] },
  { name: 'cluster', mayImport: [...STANZA_AND_BELOW, ...SEAMS] },
  { name: 'net', mayImport: [...STANZA_AND_BELOW, ...SEAMS, 'stream'] },
  { name: 'host', mayImport: HOST_AND_BELOW },
  { name: 'modules', mayImport: HOST_AND_BELOW },
  { name: 'cli', mayImport: [...HOST_AND_BELOW, 'modules', 'app'] },
  { name: 'app', mayImport: [...HOST_AND_BELOW, 'modules', 'cli'] },
];

/** The files that lie directly in `src`: what the package shows to modules written elsewhere. */
export const PUBLIC_API: Layer = { name: '', mayImport: HOST_AND_BELOW };

/** The files of a layer that the others may import; a layer that is not named here hides nothing. */
export const INTERFACES: Readonly<Record<string, readonly string[]>> = {
  storage: [
    'archive-store.ts',
    'cache-source.ts',
    'cached-owners.ts',
    'from-zod.ts',
    'storage-error.ts',
    'stores.ts',
    'ticket.ts',
    'unit.ts',
  ],
  cluster: ['backend.ts'],
  net: ['interface.ts'],
};

/** Layers that wire everything together, and so see behind every interface. */
export const WIRING: readonly string[] = ['app', 'cli'];
