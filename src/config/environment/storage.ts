/** Which storage variables mean. */
import { ConfigError } from '../config-error.ts';
import type { Given } from './read-environment.ts';
import { isFromEnvironment, placeOf, put, type OpenSettings } from './sections.ts';

/** Options of a database that has a server. */
const OF_A_SERVER = ['host', 'port', 'username', 'password'];

/** Members of `sql` that each storage has. */
const MEMBERS: ReadonlyMap<string, readonly string[]> = new Map([
  ['sqlite', ['synchronous']],
  ['postgresql', ['database', 'host', 'port', 'username', 'password', 'schema']],
]);

/**
 * Put the storage into the options of the server, whose `sql` has the members from variables already.
 * @param lenient in the words of Prosody, which are translated later
 * @throws ConfigError two variables that contradict each other
 */
export function putStorage(global: OpenSettings, given: readonly Given[], lenient: boolean): void {
  const kind = partOf(given, 'kind');
  const driver = partOf(given, 'driver');
  const sql = global.get('sql');
  if (kind !== undefined && kind.value !== 'sql' && driver?.from.startsWith('PROSODY_SQL_') === true) {
    throw new ConfigError(`environment: ${kind.from} and ${driver.from} say different things: which is meant?`);
  }
  const bare = sql !== undefined && isFromEnvironment(sql.at) && !global.has('storage') ? nameIn(sql.at) : undefined;
  const from = kind?.from ?? driver?.from ?? bare;
  if (from === undefined) return;
  const word = typeof kind?.value === 'string' ? kind.value : 'sql';
  if (lenient) {
    if (word === 'sql' && driver !== undefined) put(global, ['sql', 'driver'], driver.value, driver.from);
    if (from !== bare) put(global, ['storage'], word, from);
    return;
  }
  const members = new Map(Object.entries(sql?.value ?? {}));
  const storage = ourWord(word, driver?.value ?? members.get('driver'), members);
  put(global, ['storage'], storage, from);
  if (sql === undefined) return;
  const kept = [...members].filter(([name]) => MEMBERS.get(storage)?.includes(name));
  global.set('sql', { value: Object.fromEntries(kept), at: sql.at, within: (path) => sql.within(path) });
}

function partOf(given: readonly Given[], part: 'kind' | 'driver'): Given | undefined {
  return given.find(({ does }) => does.kind === 'storage' && does.part === part);
}

function ourWord(word: string, driver: unknown, members: ReadonlyMap<string, unknown>): string {
  if (word === 'internal') return 'sqlite';
  if (word !== 'sql') return word;
  const server = driver === 'PostgreSQL' || (driver === undefined && OF_A_SERVER.some((name) => members.has(name)));
  return server ? 'postgresql' : 'sqlite';
}

/** The first variable of a place. */
function nameIn(at: string): string {
  return at.slice(placeOf('').length).split(',')[0] ?? '';
}
