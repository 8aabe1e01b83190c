/** The tables of a backup. Both dialects have them with the same columns, so that a backup of one fits the other. */

/** One table. */
export interface BackupTable {
  readonly name: string;
  /** Columns and their PostgreSQL types. */
  readonly columns: Readonly<Record<string, 'bigint' | 'integer' | 'text' | 'bytea'>>;
}

/** All of them but `batch`, which matters only while a server runs. */
export const BACKUP_TABLES: readonly BackupTable[] = [
  { name: 'store', columns: { id: 'integer', host: 'text', name: 'text' } },
  { name: 'cell', columns: { store: 'integer', owner: 'text', key: 'text', value: 'text' } },
  { name: 'counter', columns: { store: 'integer', owner: 'text', key: 'text', value: 'bigint' } },
  {
    name: 'archive',
    columns: {
      id: 'bigint',
      store: 'integer',
      owner: 'text',
      epoch: 'text',
      seq: 'bigint',
      last: 'bigint',
      oldest: 'bigint',
    },
  },
  {
    name: 'entry',
    columns: {
      archive: 'bigint',
      seq: 'bigint',
      id: 'text',
      own: 'integer',
      at: 'bigint',
      party: 'text',
      resource: 'text',
      stanza: 'bytea',
      text: 'text',
      dedupe: 'text',
    },
  },
];
