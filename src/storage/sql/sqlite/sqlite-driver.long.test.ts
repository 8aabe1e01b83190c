import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { storageConformance } from '../../conformance/conformance.ts';
import { MediaPool } from '../../conformance/media-pool.ts';
import { sqliteMedium } from '../conformance/sqlite-medium.ts';

const directory = mkdtempSync(join(tmpdir(), 'couplet-sqlite-'));
const pool = new MediaPool(() => sqliteMedium(directory));

afterAll(async () => {
  await pool.close();
  rmSync(directory, { recursive: true });
});

storageConformance('sqlite', pool.open, 400);
