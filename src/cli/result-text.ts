/** Answers of operations as text for people. */

/** What begins with a list is a table, or one entry a line; anything else a line for each member. Nothing is no text. */
export function resultText(output: unknown): string {
  const members = typeof output === 'object' && output !== null ? Object.entries(output) : [];
  const given = members.filter(([, value]) => value !== undefined && value !== null);
  const list: unknown = given[0]?.[1];
  if (Array.isArray(list)) return listText(list);
  const width = Math.max(0, ...given.map(([name]) => name.length));
  return given.map(([name, value]) => `${`${name}:`.padEnd(width + 1)} ${cell(value)}\n`).join('');
}

function listText(list: readonly unknown[]): string {
  if (!list.every((item) => typeof item === 'object' && item !== null)) {
    return list.map((item) => `${cell(item)}\n`).join('');
  }
  const rows = list.map((item) => new Map<string, unknown>(Object.entries(item)));
  return tableText([...new Set(rows.flatMap((row) => [...row.keys()]))], rows);
}

function tableText(columns: readonly string[], rows: readonly ReadonlyMap<string, unknown>[]): string {
  if (rows.length === 0) return '';
  const lines = [
    columns.map((name) => name.toUpperCase()),
    ...rows.map((row) => columns.map((name) => cell(row.get(name)).replaceAll('\n', ' '))),
  ];
  const widths = columns.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  return lines
    .map(
      (line) =>
        `${line
          .map((text, column) => text.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.map(cell).join(', ');
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return [...text].map((character) => (isControl(character) ? '\u{FFFD}' : character)).join('');
}

/** Text of strangers must not steer a terminal. */
function isControl(character: string): boolean {
  return /\p{Cc}/u.test(character) && character !== '\n';
}
