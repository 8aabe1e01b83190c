import { expect, test } from 'vitest';
import { readYaml } from '../config/yaml.ts';
import { levelNames } from '../logging/levels.ts';
import { settingsOf } from './settings.ts';

const FILE = '/etc/couplet.yaml'; // its folder is there

async function sinks(text: string) {
  const { log } = await settingsOf(await readYaml(FILE, `${text}\nhosts:\n  a.example:\n`));
  return log.map(({ levels, ...rest }) => ({ ...rest, levels: levelNames(levels).join() }));
}

test.each([
  ['log: couplet.log', [['/etc/couplet.log', 'info,warn,error']]],
  ['log: "*console"\ndebug: true', [['*stderr', 'debug,info,warn,error']]],
  [
    'log: {error: e.log, info: "*syslog"}',
    [
      ['*syslog', 'info,warn,error'],
      ['/etc/e.log', 'error'],
    ],
  ],
  ['log: {silent: "*stderr"}', [['*stderr', '']]],
  [
    'log: ["*stdout", {to: file, filename: a.log, levels: [warn]}]',
    [
      ['*stdout', 'info,warn,error'],
      ['/etc/a.log', 'warn'],
    ],
  ],
  ['log: [{to: stderr, levels: {min: info, max: warn}}]', [['*stderr', 'info,warn']]],
  ['log: [{to: stderr, levels: {max: info}}, {to: nowhere}]', [['*stderr', 'debug,info']]],
  ['log: [{to: console, levels: debug}]', [['*stderr', 'debug']]],
])('%s', async (text, expected) => {
  expect((await sinks(text)).map(({ to, levels }) => [to, levels])).toEqual(expected);
});

test('a place says how its lines look', async () => {
  expect(
    await sinks('log: ["*stderr", {to: stdout, format: text, timestamps: false, source_width: 20}]\nlog_format: json'),
  ).toEqual([
    { to: '*stderr', levels: 'info,warn,error', format: 'json' },
    { to: '*stdout', levels: 'info,warn,error', format: 'text', timestamps: false, sourceWidth: 20 },
  ]);
  expect(await sinks('log: [{to: syslog, syslog_name: chat, syslog_facility: local3}]')).toEqual([
    { to: '*syslog', levels: 'info,warn,error', format: 'auto', syslogName: 'chat', syslogFacility: 'local3' },
  ]);
});

test.each([
  ['log: "*stdrr"', '1: log: there is no "*stdrr"; did you mean "*stderr"?'],
  ['log: "*file"', '1: log: "*file" needs its name: write that instead'],
  ['log:\n  warn: nowhere/couplet.log', '2: log.warn: the folder /etc/nowhere does not exist'],
  ['log:\n  - "*stderr"\n  - to: file', '3: log.1: a file needs its filename'],
  ['log:\n  - to: stdout\n    filename: x', '3: log.0.filename: is for a file: to: file'],
  ['log:\n  - to: stdout\n  - to: stderr\n    levels: [loud]', '4: log.1.levels.0: Invalid option'],
  ['log:\n  - to: sentry', '2: log.0.to: Invalid option'],
  ['log:\n  - to: stderr\n    colour: red', '2: log.0: Unrecognized key: "colour"'],
  ['log:\n  loud: "*stderr"', '2: log: Unrecognized key: "loud"'],
  ['log_format: xml', '1: log_format: Invalid option'],
])('%s is refused: %s', async (text, message) => {
  await expect(sinks(text)).rejects.toThrow(`${FILE}:${message}`);
});
