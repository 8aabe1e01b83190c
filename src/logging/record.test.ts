import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonLine, sourceOf, textLine, type LogRecord } from './record.ts';
import { strftime } from './strftime.ts';

const BASE: LogRecord = { time: 0, level: 'info', source: 'a.example:c2s', message: 'said', bound: {}, fields: {} };
const TIME = 'Nov 25 08:05:09';

const text = (given: Partial<LogRecord>, sourceWidth?: number): string =>
  textLine({ ...BASE, ...given }, { time: TIME, sourceWidth });

test('a line of text is that of Prosody, with the fields behind it', () => {
  expect(text({})).toBe(`${TIME} a.example:c2s\tinfo\tsaid\n`);
  expect(text({}, 20)).toBe(`${TIME} a.example:c2s       info\tsaid\n`);
  expect(textLine(BASE, { time: '', sourceWidth: 5 })).toBe('a.example:c2s  info\tsaid\n');
  const fields = { jid: 'a@b/c', empty: '', words: 'two words', n: 3, list: ['x'], gone: undefined, big: 5n };
  expect(text({ fields, bound: { host: 'a.example', module: 'c2s', audit: true } })).toBe(
    `${TIME} a.example:c2s\tinfo\tsaid audit=true jid=a@b/c empty="" words="two words" n=3 list=["x"] big="5"\n`,
  );
});

test.each([
  [{}, 'server'],
  [{ host: 'h' }, 'h'],
  [{ host: 'h', module: 'm' }, 'h:m'],
  [{ service: 'c2s' }, 'c2s'],
])('the source of %j is %s', (bound, source) => expect(sourceOf(bound)).toBe(source));

test('what images and filters look for is said in the words of Prosody', () => {
  const line = (message: string, bound: object, fields: object): string =>
    text({ message, bound: { ...bound }, fields: { ...fields } })
      .split('\t')[2]
      ?.trimEnd() ?? '';
  expect(line('listening', {}, { service: 'c2s', addresses: ['[::]:5222', '0.0.0.0:5222', '127.0.0.1:1'] })).toBe(
    "Activated service 'c2s' on [::]:5222, [*]:5222, [127.0.0.1]:1",
  );
  const pair = { certificate: '/certs/h/fullchain.pem', key: '/certs/h/privkey.pem' };
  expect(line('certificate in use', { host: 'h' }, pair)).toBe(
    'Selecting certificate /certs/h/fullchain.pem with key /certs/h/privkey.pem for h',
  );
  expect(line('opening the database', {}, { driver: 'PostgreSQL', database: 'prosody' })).toBe(
    'Connecting to [PostgreSQL] prosody...',
  );
  expect(line('authentication failed', {}, { condition: 'not-authorized', address: '192.0.2.1' })).toBe(
    'Failed authentication attempt (not-authorized) from IP: 192.0.2.1',
  );
});

test('an error is told with where it came from, and its cause', () => {
  const err = new TypeError('broke', { cause: new Error('disk') });
  const lines = text({ level: 'error', fields: { err } }).trimEnd().split('\n');
  expect(lines[0]).toBe(`${TIME} a.example:c2s\terror\tsaid err=broke`);
  expect(lines[1]).toMatch(/^\tat /);
  expect(lines.filter((line) => line.startsWith('\tbecause of Error: disk'))).toHaveLength(1);
  expect(text({ level: 'warn', fields: { err } })).toBe(`${TIME} a.example:c2s\twarn\tsaid err=broke\n`);
  const told: unknown = JSON.parse(jsonLine({ ...BASE, fields: { err } }, { time: 'T' }));
  expect(told).toMatchObject({
    level: 'info',
    time: 'T',
    msg: 'said',
    err: { type: 'TypeError', message: 'broke', cause: { message: 'disk' } },
  });
});

test('what cannot be written as JSON does no harm', () => {
  const round: Record<string, unknown> = {};
  round['self'] = round;
  expect(jsonLine({ ...BASE, fields: { round } }, { time: '' })).toContain('unreadable');
  expect(text({ fields: { round } })).toContain('unreadable');
});

test('S116: no text of a stranger makes a second line, steers a terminal or turns the direction of writing', () => {
  const evil = fc.string({
    unit: fc.constantFrom('\n', '\r', '\u001b[2J', '\u202e', '\u2028', '\u0085', '"', 'a', ' '),
  });
  fc.assert(
    fc.property(evil, evil, (one, other) => {
      const record = { ...BASE, message: one, fields: { jid: other, deep: { text: one } }, bound: { tag: other } };
      for (const line of [text(record), jsonLine(record, { time: TIME })]) {
        expect(line).toMatch(/^[^\p{Cc}\u2028\u202e]*\n$/u.test(line.replaceAll('\t', '')) ? /./ : /never/);
      }
      const parsed: unknown = JSON.parse(jsonLine(record, { time: TIME }));
      expect(parsed).toMatchObject({ msg: one, jid: other, deep: { text: one }, tag: other });
    }),
  );
});

test('times by a format of the C library', () => {
  const time = new Date(2026, 10, 5, 8, 5, 9);
  expect(strftime('%b %d %H:%M:%S', time)).toBe('Nov 05 08:05:09');
  expect(strftime('%F %T|%e|%a %A|%B|%I %p|%y|%%|%n|%Q', time)).toBe(
    '2026-11-05 08:05:09| 5|Thu Thursday|November|08 AM|26|%| |%Q',
  );
  expect(strftime('%z', time)).toMatch(/^[+-]\d{4}$/);
  expect(strftime('%s', time)).toBe(String(time.getTime() / 1000));
});
