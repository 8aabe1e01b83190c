/** Findings as text for people. */
import type { Finding, Severity } from '../app/check/finding.ts';

const MARKS: Readonly<Record<Severity, { readonly color: number; readonly one: string; readonly many: string }>> = {
  error: { color: 31, one: 'error', many: 'errors' },
  advice: { color: 33, one: 'piece of advice', many: 'pieces of advice' },
  info: { color: 36, one: 'note', many: 'notes' },
};

const ORDER: readonly Severity[] = ['error', 'advice', 'info'];
const WIDTH = 'advice  '.length;

/**
 * A group for each check, the worst first, and a line with the sums.
 * @param checks names of those that were run
 * @param running does the server run? `undefined` where that was not looked at
 */
export function checkText(
  findings: readonly Finding[],
  checks: readonly string[],
  running: boolean | undefined,
  colored: boolean,
): string {
  const paint = (text: string, code: number): string => (colored ? `\u001B[${code}m${text}\u001B[0m` : text);
  const groups = [...new Set([...checks, ...findings.map(({ check }) => check)])].map((name) => {
    const own = findings.filter(({ check }) => check === name);
    const sorted = ORDER.flatMap((severity) => own.filter((one) => one.severity === severity));
    const lines = sorted.map((one) => findingText(one, paint));
    return `${paint(name, 1)}\n${lines.length === 0 ? `  ${paint('fine', 32)}\n` : lines.join('')}\n`;
  });
  const server = running === undefined ? '' : running ? '; the server runs' : '; the server does not run';
  const sums = ORDER.map((severity) => {
    const count = findings.filter((one) => one.severity === severity).length;
    const { one, many, color } = MARKS[severity];
    return paint(`${count} ${count === 1 ? one : many}`, count === 0 ? 0 : color);
  });
  return `${groups.join('')}${sums.join(', ')}${server}\n`;
}

function findingText(
  { severity, what, todo, where, id }: Finding,
  paint: (text: string, code: number) => string,
): string {
  const lines = [
    `  ${paint(severity.padEnd(WIDTH), MARKS[severity].color)}${printable(what)} ${paint(`[${id}]`, 2)}`,
    ...(todo === '' || severity === 'info' ? [] : [`${' '.repeat(WIDTH + 2)}${todo}`]),
    ...(where === undefined ? [] : [`${' '.repeat(WIDTH + 2)}${printable(where)}`]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** Text of strangers, such as of other servers, must not steer a terminal. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '\u{FFFD}');
}
