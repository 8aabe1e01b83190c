/** Outcomes of appends as text: stored with their batch, so that they are known even if its answer is lost. */
import { z } from 'zod';
import type { AppendOutcome } from './effects.ts';

const outcomes = z.array(z.tuple([z.string(), z.number(), z.boolean()]));

/** The text of outcomes. */
export function outcomesToText(all: readonly AppendOutcome[]): string {
  return JSON.stringify(all.map(({ id, when, duplicate }) => [id, when, duplicate]));
}

/** @throws Error for text that `outcomesToText` did not make */
export function outcomesFromText(text: string): AppendOutcome[] {
  return outcomes.parse(JSON.parse(text)).map(([id, when, duplicate]) => ({ id, when, duplicate }));
}
