/** Commands of prosodyctl that mean something else here, or nothing. */
import type { Command } from './command.ts';
import { anyOperator, runningServer, settingsOf } from './operator.ts';

const PLUGINS =
  'Modules of your own are npm packages beside the server, see docs/writing-a-module.md; there is no installer for\n' +
  'Prosody’s plugins, which are written in Lua. "module list" shows what is loaded.\n';

const plugins = (name: string, parameters: readonly string[], status: number): Command => ({
  name,
  parameters,
  options: [],
  summary: 'Say where modules come from: Prosody’s plugins cannot be installed',
  run({ out, err }) {
    (status === 0 ? out : err)(PLUGINS);
    return status;
  },
});

/** All of them. */
export const PROSODY_COMMANDS: readonly Command[] = [
  plugins('list', [], 0),
  plugins('install', ['PLUGIN…'], 1),
  plugins('remove', ['PLUGIN…'], 1),
  {
    name: 'mod_storage_sql upgrade',
    options: ['yes', 'json'],
    summary: 'Bring the tables of the database to this version, as each start does; asks nothing',
    async run({ options, out }) {
      const settings = await settingsOf(options);
      const running = await runningServer(settings);
      await (running ?? (await anyOperator(settings))).close();
      const by = running === undefined ? 'command' : 'server';
      if (options.json === true) out(`${JSON.stringify({ by })}\n`);
      else out(`The tables are those of this version${by === 'server' ? ', since the server has started' : ''}\n`);
      return 0;
    },
  },
];
