/** Runs checks, and puts their findings in order. */
import type { Check, Subject } from './check.ts';
import { finder, type Catalogue, type Finding } from './finding.ts';

/** Milliseconds that one check may take. */
const PATIENCE = 60_000;

/** What can be said of every check. */
export const EVERY = {
  'check-failed': ['error', 'A check could not be done.', 'See why; the others are not affected.'],
} as const satisfies Catalogue;

/** Run checks one after the other. What two of them find alike is told once. */
export async function runChecks(checks: readonly Check[], subject: Subject): Promise<Finding[]> {
  const found = new Map<string, Finding>();
  for (const check of checks) {
    for (const finding of await findingsOf(check, subject)) {
      const key = JSON.stringify([finding.id, finding.what, finding.where]);
      if (!found.has(key)) found.set(key, finding);
    }
  }
  return [...found.values()];
}

async function findingsOf(check: Check, subject: Subject): Promise<readonly Finding[]> {
  const find = finder(check.name, EVERY);
  let timer: NodeJS.Timeout | undefined;
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no end after ${PATIENCE / 1000} seconds`)), PATIENCE);
    });
    return await Promise.race([check.run(subject), late]);
  } catch (error) {
    return [find('check-failed', `${check.name}: ${error instanceof Error ? error.message : String(error)}.`)];
  } finally {
    clearTimeout(timer);
  }
}
