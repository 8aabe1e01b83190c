/** Whether a database takes connections yet. */
import pg from 'pg';
import { clientConfig } from './connect.ts';

/** Codes of PostgreSQL (its manual, appendix A) that waiting does not help against: logins and databases that are wrong. */
const FINAL = /^(28|3D|0A|08P01)/;

/**
 * Why the database cannot be used for now; `undefined` if it can, or if that will not change by itself: then whoever
 * opens it says what is wrong.
 */
export async function whyNotYet(url: string): Promise<string | undefined> {
  const client = new pg.Client(clientConfig({ url, schema: 'public', name: 'couplet' }));
  client.on('error', () => undefined); // what happens after this answer is not asked for
  try {
    await client.connect();
    return undefined;
  } catch (error) {
    if (!(error instanceof Error)) return String(error);
    const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
    return FINAL.test(code) ? undefined : error.message || code;
  } finally {
    await client.end().catch(() => undefined);
  }
}
