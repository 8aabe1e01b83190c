/** The ratios as a picture. */
import type { Row } from './table.ts';

const LINE = 26;
const LABELS = 270;
const WIDTH = 900;
const TOP = 56;
/** Ratios up to here have room; longer bars are cut. */
const WIDEST = 1.1;
const PLOT = WIDTH - LABELS - 70;

const COLOURS = { 'goal met': '#1b7f4b', 'bar met': '#4c8bc0', missed: '#c0392b', '': '#8a8f98' } as const;

/** Bars of ours against a line at 1, which is the server that is compared. */
export function svg(rows: readonly Row[], title: string): string {
  const shown = rows.flatMap((row) => (row.ratio === undefined ? [] : [{ ...row, ratio: row.ratio }]));
  const height = TOP + shown.length * LINE + 52;
  const bottom = TOP + shown.length * LINE;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="13">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    `<text x="16" y="26" font-size="16" font-weight="600" fill="#1f2430">${escaped(title)}</text>`,
    ...[0, 0.25, 0.5, 0.75, 1].flatMap((tick) => [
      `<line x1="${x(tick)}" x2="${x(tick)}" y1="${TOP - 8}" y2="${bottom}" stroke="${tick === 1 ? '#1f2430' : '#d9dce2'}"/>`,
      `<text x="${x(tick)}" y="${bottom + 18}" text-anchor="middle" fill="#5a6070">${tick}</text>`,
    ]),
    ...shown.flatMap(({ plan, ratio, verdict }, index) => {
      const y = TOP + index * LINE;
      const length = Math.max(1, x(ratio.median) - LABELS);
      const value = String(Number(ratio.median.toPrecision(2)));
      const mark = (at: number | undefined, colour: string): string[] =>
        at === undefined || at > WIDEST
          ? []
          : [`<line x1="${x(at)}" x2="${x(at)}" y1="${y}" y2="${y + 18}" stroke="${colour}" stroke-width="2"/>`];
      return [
        `<text x="${LABELS - 10}" y="${y + 14}" text-anchor="end" fill="#1f2430">${escaped(plan.title)}</text>`,
        `<rect x="${LABELS}" y="${y + 2}" width="${length}" height="14" fill="${COLOURS[verdict]}"/>`,
        ...mark(plan.bar, '#1f2430'),
        ...mark(plan.goal, '#d99000'),
        `<text x="${WIDTH - 16}" y="${y + 14}" text-anchor="end" fill="#1f2430">${value}</text>`,
      ];
    }),
    `<text x="16" y="${height - 6}" fill="#5a6070">green: goal met, blue: bar met, red: missed; black tick: bar, yellow tick: goal</text>`,
    '</svg>',
  ];
  return `${parts.join('\n')}\n`;
}

function x(ratio: number): number {
  return Math.round(LABELS + (Math.min(ratio, WIDEST) / WIDEST) * PLOT);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
