/** How far something is, for people who look. */

const WIDTH = 30;
const PERCENT = 100;

/** A bar that is drawn again when it has changed; `undefined` where nobody looks. */
export function progressBar(
  write: (text: string) => void,
  interactive: boolean,
): ((done: number, whole: number) => void) | undefined {
  if (!interactive) return undefined;
  let shown = '';
  return (done, whole) => {
    const part = whole === 0 ? 1 : Math.min(1, done / whole);
    const filled = Math.round(part * WIDTH);
    const bar = `\r[${'#'.repeat(filled)}${'-'.repeat(WIDTH - filled)}] ${Math.floor(part * PERCENT)} %`;
    if (bar !== shown) write(part === 1 ? `${bar}\n` : bar);
    shown = bar;
  };
}
