import { expect, test } from 'vitest';
import { openForWriting } from './open-database.ts';
import { commitError } from './sqlite-error.ts';

function failure(run: () => void): unknown {
  try {
    run();
  } catch (error) {
    return commitError(error);
  }
  throw new Error('nothing failed');
}

test('a full disk is tried again, a statement that is wrong is not', () => {
  const sql = openForWriting(':memory:', 'full');
  sql.database.exec('create table a (x)');
  sql.database.exec('pragma max_page_count = 3');
  const full = failure(() => sql.transaction('immediate', () => sql.run('insert into a values (randomblob(100000))')));
  expect(full).toMatchObject({ condition: 'unavailable', cause: { errcode: 13 } });
  expect(sql.database.isTransaction).toBe(false);
  const wrong = failure(() => sql.run('insert into nowhere values (1)'));
  expect(wrong).not.toHaveProperty('condition');
  sql.database.close();
});

test('a failed write or sync leaves the outcome unknown', () => {
  const error = Object.assign(new Error('disk I/O error'), { errcode: 1034 }); // SQLITE_IOERR_FSYNC
  expect(commitError(error)).toMatchObject({ condition: 'outcome-unknown' });
});
