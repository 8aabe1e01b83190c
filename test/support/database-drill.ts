/** A load on a server whose PostgreSQL stands behind a proxy, anew for each test of a file. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { DatabaseLoad } from './database-load.ts';
import { FaultProxy } from './faultproxy.ts';
import { TestPostgres } from './postgres.ts';

/** What a test works with. */
export interface DatabaseDrill {
  /** One for all tests of the file. */
  readonly database: TestPostgres;
  readonly proxy: FaultProxy;
  readonly load: DatabaseLoad;
  /** Where the server keeps its tables. */
  readonly schema: string;
}

/** Call it once in a file; what it returns is filled in before each test. */
export function databaseDrill(): DatabaseDrill {
  const directory = mkdtempSync(join(tmpdir(), 'couplet-faults-'));
  let database: TestPostgres | undefined;
  let present: Omit<DatabaseDrill, 'database'> | undefined;
  let schemas = 0;
  beforeAll(async () => {
    database = await TestPostgres.start();
  });
  afterAll(async () => {
    await database?.remove();
    rmSync(directory, { recursive: true });
  });
  beforeEach(async () => {
    if (database === undefined) throw new Error('PostgreSQL did not start');
    const proxy = await FaultProxy.start(database.port);
    const schema = `faults_${++schemas}`;
    const url = database.url(proxy.port);
    present = { proxy, schema, load: await DatabaseLoad.start({ kind: 'postgresql', url, schema, directory }) };
  });
  afterEach(async () => {
    await present?.load.stop();
    await present?.proxy.close();
  });
  const started = <T>(it: T | undefined): T => {
    if (it === undefined) throw new Error('only within a test');
    return it;
  };
  return {
    get database() {
      return started(database);
    },
    get proxy() {
      return started(present).proxy;
    },
    get load() {
      return started(present).load;
    },
    get schema() {
      return started(present).schema;
    },
  };
}
