/** All steps of the schema, in their order. Imported statically, so that bundles and images hold them. */
import type { Migration } from './migration.ts';
import { STORES } from './001-stores.ts';
import { ARRIVALS } from './002-arrivals.ts';
import { JOURNAL } from './003-journal.ts';

export const MIGRATIONS: readonly Migration[] = [STORES, ARRIVALS, JOURNAL];
