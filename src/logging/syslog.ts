/**
 * The system's log. Node cannot write to a datagram socket of UNIX, so either the journal of systemd reads standard
 * error, or `logger` of util-linux passes on what it reads.
 */
import { accessSync, constants, fstatSync, realpathSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import { CommandChannel } from './command-channel.ts';
import type { EventLevel } from './levels.ts';
import type { SinkSettings } from './sink-settings.ts';
import type { Channel } from './writer.ts';

const STDOUT = 1;
const STDERR = 2;

const LOGGER = 'logger';

/** Severities (RFC 5424 §6.2.1). */
const SEVERITY: Readonly<Record<EventLevel, number>> = { debug: 7, info: 6, warn: 4, error: 3 };

/** Does the journal read this file descriptor? systemd tells in JOURNAL_STREAM which file that is. */
export function isJournal(fd: typeof STDOUT | typeof STDERR): boolean {
  const stream = process.env['JOURNAL_STREAM'];
  if (stream === undefined) return false;
  try {
    const { dev, ino } = fstatSync(fd);
    return stream === `${dev}:${ino}`;
  } catch {
    return false;
  }
}

/** How the system's log can be reached from here: through the journal, `logger`, or not at all. */
export function wayToSyslog(): 'journal' | 'logger' | undefined {
  return isJournal(STDERR) ? 'journal' : hasLogger() ? 'logger' : undefined;
}

/** That of busybox takes no severities. */
function hasLogger(): boolean {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    try {
      const path = realpathSync(join(folder, LOGGER));
      accessSync(path, constants.X_OK);
      return basename(path) === LOGGER;
    } catch {
      // not in this folder
    }
  }
  return false;
}

/** `logger` with the name and facility of a sink. */
export function loggerChannel({ syslogName = 'couplet', syslogFacility = 'daemon' }: SinkSettings): Channel {
  return new CommandChannel(LOGGER, [
    '--prio-prefix',
    `--id=${process.pid}`,
    '--tag',
    syslogName,
    '--priority',
    `${syslogFacility}.info`,
  ]);
}

/** The line with its severity before it, and before each line that follows. */
export function withSeverity(line: string, level: EventLevel): string {
  const prefix = `<${SEVERITY[level]}>`;
  return `${prefix}${line.slice(0, -1).replaceAll('\n', `\n${prefix}`)}\n`;
}
