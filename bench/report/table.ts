/** From the runs to the lines of the report. */
import type { Results, Run } from './results.ts';
import type { RowPlan } from './rows.ts';

/** The server that is compared with the others. */
export const OWN = 'couplet';

/** Several measurements of one thing. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly count: number;
}

/** A line of the report. */
export interface Row {
  readonly plan: RowPlan;
  /** By name of server. */
  readonly cells: ReadonlyMap<string, Spread>;
  /** What ours is compared with. */
  readonly reference: Spread | undefined;
  /** Ours divided by the one it is compared with: of the medians, and the least and most of the repetitions. */
  readonly ratio: Spread | undefined;
  readonly verdict: 'goal met' | 'bar met' | 'missed' | '';
}

/** Measurements by repetition. */
type Values = ReadonlyMap<number, number>;

/** Median, least and most; `undefined` without values. Of an even number of values the median is the mean of two. */
export function spread(values: readonly number[]): Spread | undefined {
  const sorted = values.filter((value) => Number.isFinite(value)).toSorted((a, b) => a - b);
  const middle = sorted.slice((sorted.length - 1) >> 1, (sorted.length >> 1) + 1);
  const [least] = sorted;
  const most = sorted.at(-1);
  if (least === undefined || most === undefined) return undefined;
  return { median: middle.reduce((sum, value) => sum + value, 0) / middle.length, least, most, count: sorted.length };
}

/** The lines of `plans` for which there is anything. */
export function tableOf({ servers, runs }: Results, plans: readonly RowPlan[]): Row[] {
  const peers = servers.map(({ name }) => name).filter((name) => !name.startsWith(OWN)); // another storage is no other server
  return plans.flatMap((plan) => {
    const own = runs.filter(({ scenario }) => scenario === plan.scenario);
    const cells = new Map<string, Spread>();
    for (const { name } of servers) {
      const cell = spread([...valuesOf(own, name, plan.figure).values()]);
      if (cell !== undefined) cells.set(name, cell);
    }
    if (cells.size === 0) return [];
    const reference = plan.against === 'nothing' ? undefined : lowestOf(referencesTo(own, plan, peers));
    const ratio = ratioOf(own, plan, peers);
    const judged = plan.against === 'nothing' ? cells.get(OWN) : ratio;
    return [{ plan, cells, reference, ratio, verdict: judge(judged?.median, plan) }];
  });
}

/** What ours may be compared with, by repetition. */
function referencesTo(runs: readonly Run[], { figure, against }: RowPlan, peers: readonly string[]): Values[] {
  if (against === 'nothing') return [];
  const places = against === 'better' ? peers.map((server) => ({ server, figure })) : [against];
  return places.map((place) => valuesOf(runs, place.server, place.figure));
}

function ratioOf(runs: readonly Run[], plan: RowPlan, peers: readonly string[]): Spread | undefined {
  const others = referencesTo(runs, plan, peers);
  const own = valuesOf(runs, OWN, plan.figure);
  const each = [...own].map(
    ([repetition, value]) => value / Math.min(...others.map((other) => other.get(repetition) ?? Infinity)),
  );
  const all = spread(each.filter((ratio) => ratio > 0));
  const median = spread([...own.values()])?.median;
  const reference = lowestOf(others)?.median;
  if (all === undefined || median === undefined || reference === undefined) return undefined;
  return { ...all, median: median / reference };
}

function lowestOf(others: readonly Values[]): Spread | undefined {
  return others
    .map((values) => spread([...values.values()]))
    .filter((known) => known !== undefined)
    .toSorted((a, b) => a.median - b.median)[0];
}

function valuesOf(runs: readonly Run[], server: string, figure: string): Values {
  return new Map(
    runs.flatMap((run) => {
      const value = run.server === server ? run.figures[figure] : undefined;
      return typeof value === 'number' ? [[run.repetition, value]] : [];
    }),
  );
}

function judge(value: number | undefined, { bar, goal }: RowPlan): Row['verdict'] {
  if (value === undefined || (bar === undefined && goal === undefined)) return '';
  if (goal !== undefined && value <= goal) return 'goal met';
  if (bar !== undefined && value <= bar) return 'bar met';
  return 'missed';
}
