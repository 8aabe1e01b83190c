/** `npm run compare:prosody`: both servers from one configuration, side by side. Exit status 1 where a difference has no explanation. */
import { compareServers } from './compare-servers.ts';
import { tableOf } from './differences.ts';

const rows = await compareServers();
process.stdout.write(tableOf(rows));
process.exitCode = rows.some(({ why }) => why === undefined) ? 1 : 0;
