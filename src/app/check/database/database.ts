/** `check database`: can the data be used, is it whole, and is it written as it must be? */
import type { Check, Subject } from '../check.ts';
import { finder, type Catalogue, type Finding } from '../finding.ts';
import { sizeText } from '../size-text.ts';

const DATABASE = {
  'database-ok': ['info', 'The database answers.', ''],
  'database-memory': ['info', 'Data is kept in memory alone: there is no database.', ''],
  'database-none': ['info', 'There is no database yet: the first start makes it.', ''],
  'database-unreachable': [
    'error',
    'The database cannot be opened or reached.',
    'See why; check host, port, name, user and password, or the permissions of data_path.',
  ],
  'database-foreign': [
    'error',
    'The file or schema belongs to another program.',
    'Choose another data_path, database or schema.',
  ],
  'database-newer': [
    'error',
    'A newer version of the server made the database, and this one does not know it.',
    'Install that version again, or restore a backup.',
  ],
  'database-pending': ['info', 'The next start changes the schema; a copy is made before.', ''],
  'database-damaged': ['error', 'The database is damaged.', 'Stop the server, keep the files, and restore a backup.'],
  'database-unchecked': [
    'info',
    'The database is too large to be checked in passing.',
    'Run "pragma integrity_check" on a copy.',
  ],
  'database-wal-large': [
    'advice',
    'The write-ahead log is large: something keeps it from being written back.',
    'Look for another program that reads the database, or for a replication slot that nobody uses.',
  ],
  'database-disk-low': [
    'advice',
    'Less than a tenth of the disk with the data, or less than 1 GB, is free.',
    'Make room, or archive for a shorter time.',
  ],
  'database-disk-full': [
    'error',
    'The disk with the data is full, or nearly.',
    'Make room now: nothing can be stored.',
  ],
  'database-unsafe': [
    'error',
    'A setting of the database loses what was acknowledged when the power fails.',
    'Set it to on in postgresql.conf.',
  ],
  'database-encoding': ['error', 'The encoding of the database is not UTF8.', 'Make one with encoding UTF8.'],
  'database-connections': [
    'advice',
    'More than 80 % of the connections that PostgreSQL allows are in use.',
    'Raise max_connections, or find who holds them.',
  ],
  'database-held': ['info', 'Who uses the data.', ''],
  'database-held-elsewhere': [
    'advice',
    'Something holds the data, and the server of this configuration does not answer.',
    'Look whether another server, perhaps in another container, uses it.',
  ],
} as const satisfies Catalogue;

const find = finder('database', DATABASE);

/** Bytes of a write-ahead log that are a sign of something. */
const WAL_LARGE: Readonly<Record<DatabaseFacts['kind'], number>> = { sqlite: 256e6, postgresql: 4e9 };

const GB = 1e9;

/** What was found out about a database. What is not known is left out. */
export interface DatabaseFacts {
  readonly kind: 'sqlite' | 'postgresql';
  /** Such as `SQLite 3.50.4`. */
  readonly version?: string;
  /** Nothing there yet? */
  readonly empty?: boolean;
  /** Why it cannot be used at all. */
  readonly problem?: string;
  /** Whose database it is, where it is not ours. */
  readonly foreign?: boolean;
  /** Last step of the schema, and the last one that is known. */
  readonly schema?: number;
  readonly known: number;
  readonly bytes?: number;
  readonly walBytes?: number;
  readonly disk?: { readonly free: number; readonly total: number };
  /** `ok`, or what is damaged. */
  readonly integrity?: string;
  /** Settings that are not as they should be, `name = value`. */
  readonly unsafe?: readonly string[];
  readonly encoding?: string;
  readonly connections?: { readonly used: number; readonly most: number };
  /** Who has the lock. */
  readonly holder?: string | undefined;
}

export const databaseCheck: Check = {
  name: 'database',
  summary: 'The database: reachable, whole, safe settings, schema, space, who uses it',
  catalogue: DATABASE,
  run: async ({ settings: { storage }, ask }: Subject) => {
    if (storage.kind === 'memory') return [find('database-memory', 'storage is "memory".')];
    if (storage.kind === 'sqlite') {
      const { sqliteFacts } = await import('./sqlite-facts.ts');
      return databaseFindings(sqliteFacts(storage.directory), ask !== undefined);
    }
    const { postgresqlFacts } = await import('./postgresql-facts.ts');
    return databaseFindings(await postgresqlFacts(storage), ask !== undefined);
  },
};

/** What is to be said of a database. @param running does the server of this configuration answer? */
export function databaseFindings(facts: DatabaseFacts, running: boolean): Finding[] {
  const { version, problem, empty, foreign, disk } = facts;
  const space = disk === undefined ? [] : [...diskFindings(disk)];
  if (problem !== undefined) return [find('database-unreachable', `${problem}.`), ...space];
  if (empty === true) return [find('database-none', 'There is no database yet.'), ...space];
  if (foreign === true) return [find('database-foreign', 'What is there was not made by this server.'), ...space];
  const size = facts.bytes === undefined ? '' : `, ${sizeText(facts.bytes)}`;
  const wal = facts.walBytes === undefined ? '' : `, ${sizeText(facts.walBytes)} of write-ahead log`;
  return [
    find('database-ok', `${version ?? facts.kind}${size}${wal}.`),
    ...soundness(facts),
    ...use(facts, running),
    ...space,
  ];
}

function* soundness({
  kind,
  schema,
  known,
  integrity,
  unsafe = [],
  encoding,
  walBytes,
}: DatabaseFacts): Generator<Finding> {
  if (schema !== undefined && schema > known)
    yield find('database-newer', `The schema is ${schema}, and this server knows ${known}.`);
  if (schema !== undefined && schema < known)
    yield find('database-pending', `The schema is ${schema}; the next start brings it to ${known}.`);
  if (integrity === undefined && kind === 'sqlite')
    yield find('database-unchecked', 'The database was not checked for damage.');
  if (integrity !== undefined && integrity !== 'ok') yield find('database-damaged', `${integrity}.`);
  for (const setting of unsafe) yield find('database-unsafe', `${setting}.`);
  if (encoding !== undefined && encoding !== 'UTF8') yield find('database-encoding', `The encoding is ${encoding}.`);
  if (walBytes !== undefined && walBytes > WAL_LARGE[kind])
    yield find('database-wal-large', `The write-ahead log has ${sizeText(walBytes)}.`);
}

function* use({ connections, holder }: DatabaseFacts, running: boolean): Generator<Finding> {
  if (connections !== undefined && connections.used > 0.8 * connections.most) {
    yield find('database-connections', `${connections.used} of ${connections.most} connections are in use.`);
  }
  if (holder === undefined) return;
  if (running) yield find('database-held', `The data is used by ${holder}.`);
  else yield find('database-held-elsewhere', `${holder} holds the data, and the server does not answer.`);
}

function* diskFindings({ free, total }: { readonly free: number; readonly total: number }): Generator<Finding> {
  const what = `${sizeText(free)} of ${sizeText(total)} are free.`;
  if (free < 0.01 * total || free < GB / 10) yield find('database-disk-full', what);
  else if (free < 0.1 * total || free < GB) yield find('database-disk-low', what);
}
