/** `log` of Prosody: files by level, or a list of places. */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { LOG_LEVELS, type LogLevel } from '../../logging/pino-log.ts';
import { membersOf, withValue, type Section, type Warn } from './section.ts';

/** Where the log goes, and the least level that is written there. */
interface Sink {
  readonly level: LogLevel;
  readonly to: string;
}

const CONSOLE = '*stderr';

/** Put the log in our words. There is one place: of several, the one that is told most. */
export function translateLog(global: Section, folder: string, warn: Warn): void {
  const log = global.get('log');
  if (log === undefined) return;
  const sinks = sinksOf(log.value).sort((a, b) => LOG_LEVELS.indexOf(a.level) - LOG_LEVELS.indexOf(b.level));
  let [sink] = sinks;
  if (sink === undefined) {
    global.delete('log');
    warn(log, 'log: no place that is known here: the log goes to the console');
    return;
  }
  if (sinks.length > 1) warn(log, `log: all of it goes to one place, ${sink.to}`);
  if (sink.to === '*syslog') {
    warn(log, 'log: syslog is not there: the log goes to the console');
    sink = { ...sink, to: CONSOLE };
  }
  if (!sink.to.startsWith('*') && !existsSync(dirname(resolve(folder, sink.to)))) {
    warn(log, `log: the folder of ${sink.to} does not exist: the log goes to the console`);
    sink = { ...sink, to: CONSOLE };
  }
  global.set('log', withValue(log, { [sink.level]: sink.to }));
}

function sinksOf(value: unknown): Sink[] {
  if (typeof value === 'string') return [{ level: 'info', to: value }];
  if (Array.isArray(value)) return value.flatMap((one: unknown) => sinkOf(one) ?? []);
  return [...membersOf(value)].flatMap(([key, to]) => {
    const level = LOG_LEVELS.find((known) => known === key);
    if (level === undefined) return sinkOf(to) ?? [];
    return typeof to === 'string' ? [{ level, to }] : [];
  });
}

function sinkOf(value: unknown): Sink | undefined {
  if (typeof value === 'string') return { level: 'info', to: value };
  const members = membersOf(value);
  const file = members.get('filename');
  const to = members.get('to');
  const level = levelOf(members.get('levels'));
  if (to === 'file') return typeof file === 'string' ? { level, to: file } : undefined;
  return typeof to === 'string' && ['console', 'stdout', 'stderr', 'syslog'].includes(to)
    ? { level, to: `*${to}` }
    : undefined;
}

/** The least of the levels: `{min=…}`, a list, or one alone. */
function levelOf(value: unknown): LogLevel {
  const names: unknown[] = Array.isArray(value) ? value : [membersOf(value).get('min') ?? value];
  const wanted = LOG_LEVELS.filter((level) => names.includes(level));
  return wanted[0] ?? 'info';
}
