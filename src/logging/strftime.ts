/** Times by a format of the C library's `strftime`, in local time. */

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

const two = (value: number): string => String(value).padStart(2, '0');

const FIELDS: ReadonlyMap<string, (time: Date) => string> = new Map([
  ['a', (time) => (DAYS[time.getDay()] ?? '').slice(0, 3)],
  ['A', (time) => DAYS[time.getDay()] ?? ''],
  ['b', (time) => (MONTHS[time.getMonth()] ?? '').slice(0, 3)],
  ['B', (time) => MONTHS[time.getMonth()] ?? ''],
  ['d', (time) => two(time.getDate())],
  ['e', (time) => String(time.getDate()).padStart(2)],
  ['F', (time) => strftime('%Y-%m-%d', time)],
  ['H', (time) => two(time.getHours())],
  ['I', (time) => two(time.getHours() % 12 || 12)],
  ['m', (time) => two(time.getMonth() + 1)],
  ['M', (time) => two(time.getMinutes())],
  ['n', () => ' '], // a line of the log is one line
  ['p', (time) => (time.getHours() < 12 ? 'AM' : 'PM')],
  ['s', (time) => String(Math.floor(time.getTime() / 1000))],
  ['S', (time) => two(time.getSeconds())],
  ['t', () => ' '],
  ['T', (time) => strftime('%H:%M:%S', time)],
  ['y', (time) => two(time.getFullYear() % 100)],
  ['Y', (time) => String(time.getFullYear())],
  ['z', offset],
  ['%', () => '%'],
]);

/** The time in that format; what it does not know stays as it is. */
export function strftime(format: string, time: Date): string {
  return format.replaceAll(/%(.)/g, (known, letter: string) => FIELDS.get(letter)?.(time) ?? known);
}

function offset(time: Date): string {
  const minutes = -time.getTimezoneOffset();
  const sign = minutes < 0 ? '-' : '+';
  return sign + two(Math.floor(Math.abs(minutes) / 60)) + two(Math.abs(minutes) % 60);
}
