/** Commands of prosodyctl that mean something else here, or nothing. */
import type { Command } from './command.ts';
import { MeantServer } from './meant-server.ts';

const PLUGINS =
  'Modules come with the server, and others cannot be installed yet; Prosody’s plugins, which are written in Lua, never.\n' +
  '"module list" shows what is loaded, docs/modules.md what there is.\n';

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
      const server = new MeantServer(options);
      const running = await server.running();
      await (running ?? (await server.any())).close();
      const by = running === undefined ? 'command' : 'server';
      if (options.json === true) out(`${JSON.stringify({ by })}\n`);
      else out(`The tables are those of this version${by === 'server' ? ', since the server has started' : ''}\n`);
      return 0;
    },
  },
];
