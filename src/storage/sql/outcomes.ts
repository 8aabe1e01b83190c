/**
 * Outcomes of appends as text: stored with their batch, so that they are known even if its answer is lost. Checked by
 * hand, since the storage threads load as little as they can.
 */
import { numberOf, textOf } from './columns.ts';
import type { AppendOutcome } from './effects.ts';

/** The text of outcomes. */
export function outcomesToText(all: readonly AppendOutcome[]): string {
  return JSON.stringify(all.map(({ id, when, duplicate }) => [id, when, duplicate]));
}

/** @throws Error for text that `outcomesToText` did not make */
export function outcomesFromText(text: string): AppendOutcome[] {
  return listOf(JSON.parse(text)).map((one) => {
    const [id, when, duplicate] = listOf(one);
    return { id: textOf(id), when: numberOf(when), duplicate: duplicate === true };
  });
}

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error('the outcomes of a batch are no list');
}
