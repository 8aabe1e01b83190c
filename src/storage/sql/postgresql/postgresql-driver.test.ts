import { afterAll, beforeAll } from 'vitest';
import { TestPostgres } from '../../../../test/support/postgres.ts';
import { storageConformance } from '../../conformance/conformance.ts';
import { MediaPool } from '../../conformance/media-pool.ts';
import { postgresqlMedium } from '../conformance/postgresql-medium.ts';

let server: TestPostgres | undefined;
let url = process.env['TEST_POSTGRES_URL'] ?? '';
const pool = new MediaPool(() => postgresqlMedium(url));

beforeAll(async () => {
  if (url !== '') return;
  server = await TestPostgres.start();
  url = server.url();
});

afterAll(async () => {
  await pool.close();
  await server?.remove();
});

storageConformance('postgresql', pool.open, 10);
