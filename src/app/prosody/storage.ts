/** `storage`, `default_storage` and `sql` of Prosody. */
import type { Setting } from '../../config/raw-config.ts';
import { membersOf, withValue, type Section, type Warn } from './section.ts';

/** What is known of a database that Prosody's own images make with it. */
const KNOWN_PASSWORD = 'prosody';

/** Names of members that mean something here. */
const OURS = ['driver', 'database', 'host', 'port', 'username', 'password', 'schema', 'synchronous'];

/** Put the storage in our words. Files are kept in SQLite. */
export function translateStorage(global: Section, warn: Warn): void {
  const given = storageOf(global, warn);
  const sql = global.get('sql');
  const members = new Map(membersOf(sql?.value));
  const driver = members.get('driver') ?? 'SQLite3';
  const kind = kindOf(given?.value, driver);
  if (given !== undefined) global.set('storage', withValue(given, kind));
  if (sql === undefined) return;
  if (kind !== 'postgresql') {
    global.delete('sql');
    if (kind === 'sqlite' && members.has('database')) {
      warn(sql, 'sql: data is kept in couplet.sqlite in data_path', 'option-ignored');
    }
    return;
  }
  for (const name of members.keys()) {
    if (OURS.includes(name)) continue;
    members.delete(name);
    warn(sql, `sql: ${name} is ignored`, 'option-ignored');
  }
  if (typeof members.get('port') === 'string') members.set('port', Number(members.get('port')));
  if (members.get('password') === KNOWN_PASSWORD)
    warn(sql, `sql: the password is "${KNOWN_PASSWORD}", which everybody knows`, 'database-password-known');
  global.set('sql', withValue(sql, Object.fromEntries(members)));
}

function storageOf(global: Section, warn: Warn): Setting | undefined {
  const all = global.get('storage');
  const standard = global.get('default_storage');
  global.delete('default_storage');
  global.delete('storage');
  if (all === undefined || typeof all.value === 'string') return all ?? standard;
  warn(all, 'storage: all stores are in one place here, that of default_storage', 'option-ignored');
  return standard;
}

function kindOf(given: unknown, driver: unknown): unknown {
  if (given === undefined || given === 'internal') return 'sqlite';
  if (given !== 'sql') return given;
  return driver === 'PostgreSQL' ? 'postgresql' : driver === 'SQLite3' ? 'sqlite' : driver;
}
