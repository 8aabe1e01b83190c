/** `check performance`: how long a commit takes where the data is, and how the server that runs is doing. */
import type { z } from 'zod';
import { serverMetrics } from '../../../modules/admin_operations/metrics.ts';
import type { Check, Subject } from '../check.ts';
import { finder, type Catalogue, type Finding } from '../finding.ts';
import { measureSqlite, measureSync } from './measure-commits.ts';

const PERFORMANCE = {
  'commit-measured': ['info', 'How long it takes to store something, measured beside the data.', ''],
  'commit-slow': [
    'advice',
    'A commit takes longer than 20 ms: every message waits that long, and one commit holds all that came meanwhile.',
    'Put the data on a faster disk (SSD with its own power reserve), or the database nearer.',
  ],
  'commit-unmeasured': ['advice', 'Commits could not be measured.', 'See why.'],
  'loop-delayed': [
    'advice',
    'The server was held up for more than 100 ms of late: everybody waited.',
    'See the log for what was done then, and `check resources`.',
  ],
  'loop-measured': ['info', 'Longest time for which the server was held up of late.', ''],
  'limits-hit': [
    'advice',
    'Limits were hit since the start.',
    'Look who hits them in the log; raise the limit where that is right.',
  ],
  'numbers-unknown': [
    'advice',
    'The server that runs does not tell its numbers.',
    'It may be of another version: restart it.',
  ],
  'not-running': ['info', 'The server does not run, so only the machine was measured.', ''],
} as const satisfies Catalogue;

const find = finder('performance', PERFORMANCE);

/** Milliseconds of a commit, and of the event loop, that are too many. */
const SLOW = 20;
const HELD_UP = 100;

/** Metrics whose counts are limits that were hit. */
const LIMITS = /_(refused|rejected|dropped|ignored|delayed|paused|cut|gone)(_total)?$|_paused$/;
const LOOP_DELAY = 'couplet_event_loop_delay_max_seconds';

/** A number that a running server tells. */
export type RunningMetric = z.infer<typeof serverMetrics>['metrics'][number];

/** Milliseconds: the usual one, and the longest. */
export interface Timing {
  readonly median: number;
  readonly longest: number;
}

export const performanceCheck: Check = {
  name: 'performance',
  summary: 'Time of a commit where the data is; delays and limits of the server that runs',
  catalogue: PERFORMANCE,
  run: async (subject) => [...(await commits(subject)), ...(await running(subject))],
};

async function commits({ settings: { storage, dataPath } }: Subject): Promise<Finding[]> {
  const found: Finding[] = [];
  const measure = async (what: string, act: () => Promise<Timing> | Timing): Promise<void> => {
    try {
      found.push(...commitFindings(what, await act()));
    } catch (error) {
      found.push(find('commit-unmeasured', `${what}: ${error instanceof Error ? error.message : String(error)}.`));
    }
  };
  if (storage.kind !== 'postgresql') await measure(`A synced write in ${dataPath}`, () => measureSync(dataPath));
  if (storage.kind === 'sqlite')
    await measure(`A commit of SQLite in ${storage.directory}`, () => measureSqlite(storage.directory));
  if (storage.kind === 'postgresql') {
    const { measurePostgresql } = await import('./measure-postgresql.ts');
    await measure('A commit of PostgreSQL', () => measurePostgresql(storage));
  }
  return found;
}

/** What is to be said of measured commits. */
export function commitFindings(what: string, { median, longest }: Timing): Finding[] {
  const text = `${what} takes ${median.toFixed(1)} ms, ${longest.toFixed(1)} ms at most.`;
  return [find(median > SLOW ? 'commit-slow' : 'commit-measured', text)];
}

async function running({ ask }: Subject): Promise<Finding[]> {
  if (ask === undefined) return [find('not-running', 'The server does not run.')];
  try {
    return runningFindings(serverMetrics.parse(await ask('server.metrics', {})).metrics);
  } catch (error) {
    return [find('numbers-unknown', `server.metrics: ${error instanceof Error ? error.message : String(error)}.`)];
  }
}

/** What is to be said of the numbers of a server. */
export function runningFindings(metrics: readonly RunningMetric[]): Finding[] {
  const delay = 1000 * (metrics.find(({ name }) => name === LOOP_DELAY)?.value ?? 0);
  const found = [
    find(
      delay > HELD_UP ? 'loop-delayed' : 'loop-measured',
      `The server was held up for ${delay.toFixed(0)} ms at most of late.`,
    ),
  ];
  const hit = metrics.filter(({ name, value }) => value > 0 && LIMITS.test(name));
  for (const { help, labels, value } of hit) {
    const of = Object.entries(labels).map(([label, text]) => `${label} ${text}`);
    found.push(find('limits-hit', `${help}: ${value}${of.length === 0 ? '' : ` (${of.join(', ')})`}.`));
  }
  return found;
}
