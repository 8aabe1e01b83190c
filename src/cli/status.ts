/** `status` */
import { serverNamedIn } from '../app/service/pidfile.ts';
import { serverStatus } from '../modules/admin_operations/status.ts';
import type { Command } from './command.ts';
import { MeantServer } from './meant-server.ts';

/** Exit status where no server runs, as Prosody's. */
const NOT_RUNNING = 2;

/** Exit status where a process runs and says nothing. */
const UNKNOWN = 1;

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
const MEGABYTE = 1_000_000;

/** Does it run, and what does it do? */
export const status: Command = {
  name: 'status',
  options: ['json'],
  summary: 'Show whether the server runs, and what it does; exit status 2 if it does not run',
  async run({ options, out }) {
    const server = new MeantServer(options);
    const operator = await server.running();
    if (operator === undefined) {
      const settings = await server.settings();
      const { pidfile } = settings.process ?? {};
      const pid = pidfile === undefined ? undefined : serverNamedIn(pidfile);
      const what = pid === undefined ? 'Not running' : `Process ${pid} runs`;
      out(options.json === true ? 'null\n' : `${what}: nothing answers at ${settings.adminSocket}\n`);
      return pid === undefined ? NOT_RUNNING : UNKNOWN;
    }
    try {
      const found = serverStatus.parse(await operator.run({ operation: 'server.status', input: {} }));
      if (options.json === true) {
        out(`${JSON.stringify(found)}\n`);
        return 0;
      }
      const memory = Math.round(found.memory / MEGABYTE);
      out(
        `${found.product} ${found.version} on Node.js ${found.node} runs as process ${found.pid} for ${period(found.uptime)}, ${memory} MB\n`,
      );
      for (const { service, addresses } of found.listeners) out(`  ${service}: ${addresses.join(', ')}\n`);
      for (const { domain, sessions, modules, withheld } of found.hosts) {
        out(`  ${domain}: ${sessions} ${sessions === 1 ? 'session' : 'sessions'}; ${modules.join(', ')}\n`);
        for (const { mechanism, accounts } of withheld) {
          const who = accounts === 1 ? 'one account has' : `${accounts} accounts have`;
          out(`    ${mechanism} is not offered: ${who} no keys for it until they log in with PLAIN\n`);
        }
      }
      return 0;
    } finally {
      await operator.close();
    }
  },
};

function period(seconds: number): string {
  if (seconds < MINUTE) return `${seconds} s`;
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min`;
  if (seconds < DAY) return `${Math.floor(seconds / HOUR)} h ${Math.floor((seconds % HOUR) / MINUTE)} min`;
  return `${Math.floor(seconds / DAY)} d ${Math.floor((seconds % DAY) / HOUR)} h`;
}
