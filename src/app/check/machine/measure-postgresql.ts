/** Measures how long PostgreSQL takes to keep something. */
import type { PostgresqlConfig } from '../../storage.ts';
import { withPostgresql } from '../database/postgresql-facts.ts';
import { timed } from './measure-commits.ts';
import type { Timing } from './performance.ts';

/** A commit of a record that goes to the write-ahead log and into no table. @throws Error it cannot be reached */
export function measurePostgresql(config: PostgresqlConfig): Promise<Timing> {
  return withPostgresql(config, (client) =>
    timed(async () => void (await client.query("select pg_logical_emit_message(true, 'couplet check', '')"))),
  );
}
