/** Sizes for people. */

/** Bytes in the unit that fits, with three digits at most: `12.3 MB`. */
export function sizeText(bytes: number): string {
  const unit = bytes < 1e6 ? 1e3 : bytes < 1e9 ? 1e6 : bytes < 1e12 ? 1e9 : 1e12;
  const name = { 1e3: 'kB', 1e6: 'MB', 1e9: 'GB', 1e12: 'TB' }[unit];
  const count = bytes / unit;
  return `${count < 10 ? count.toFixed(2) : count < 100 ? count.toFixed(1) : count.toFixed(0)} ${name}`;
}
