/** `log` of Prosody: one place, places by level, or a list of them, all in one table. Here it becomes a list. */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { EVENT_LEVELS } from '../../logging/levels.ts';
import { membersOf, withValue, type Section, type Warn } from './section.ts';

const CONSOLE = 'console';

/** What a place may say of itself here. */
const KEYS: readonly string[] = [
  'filename',
  'levels',
  'timestamps',
  'source_width',
  'syslog_name',
  'syslog_facility',
  'format',
];

/** Places that Prosody has itself. */
const PLACES: readonly string[] = [CONSOLE, 'stdout', 'file', 'syslog', 'nowhere'];

/** Put the log in our words. What is not known here is told and left out; what cannot be written goes to the console. */
export function translateLog(global: Section, folder: string, warn: Warn): void {
  const log = global.get('log');
  if (log === undefined) return;
  const tell = (text: string): void => warn(log, `log: ${text}`);
  const sinks = sinksOf(log.value).flatMap((sink) => fitted(sink, folder, tell) ?? []);
  if (sinks.length > 0) return void global.set('log', withValue(log, sinks));
  global.delete('log');
  tell('no place that is known here: the log goes to the console');
}

function sinksOf(value: unknown): unknown[] {
  if (typeof value === 'string') return [placeOf(value)];
  if (Array.isArray(value)) return value.map(placeOf);
  return [...membersOf(value)].map(([key, to]) => {
    const place = placeOf(to);
    const level = EVENT_LEVELS.find((known) => known === key);
    return level === undefined || typeof to !== 'string' ? place : { ...place, levels: { min: level } };
  });
}

function placeOf(value: unknown): object {
  if (typeof value !== 'string') return Object.fromEntries(membersOf(value));
  return value.startsWith('*') ? { to: value.slice(1) } : { to: 'file', filename: value };
}

function fitted(sink: unknown, folder: string, tell: (text: string) => void): object | undefined {
  const members = membersOf(sink);
  const to = members.get('to');
  const known = Object.fromEntries([...members].filter(([key]) => KEYS.includes(key)));
  if (typeof to !== 'string' || !PLACES.includes(to)) {
    tell(`${typeof to === 'string' ? `"${to}"` : 'what has no "to"'} is no place that is known here: it is left out`);
    return undefined;
  }
  if (to !== 'file') {
    delete known['filename'];
    return { ...known, to };
  }
  const name = members.get('filename');
  if (typeof name !== 'string') {
    tell('a file without filename is left out');
    return undefined;
  }
  if (existsSync(dirname(resolve(folder, name)))) return { ...known, to };
  tell(`the folder of ${name} does not exist: the log goes to the console`);
  delete known['filename'];
  return { ...known, to: CONSOLE };
}
