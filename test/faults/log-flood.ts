/**
 * A server that logs far more than its places take: `node log-flood.ts FILE MILLISECONDS`. It logs to standard output and
 * to FILE, says its port on standard error, and in the end what it dropped and how long its event loop was held up.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { startServer } from '../../src/app/start.ts';
import { openLogs } from '../../src/logging/logs.ts';
import { levelsFrom } from '../../src/logging/levels.ts';

const [file = '', milliseconds = ''] = process.argv.slice(2);

/** Milliseconds between bursts, and lines of each. */
const PAUSE = 10;
const BURST = 200;

const levels = levelsFrom('info');
const logs = openLogs([
  { to: '*stdout', levels, format: 'text' },
  { to: file, levels, format: 'json' },
]);
const server = await startServer({
  hosts: [
    {
      domain: 'localhost',
      kind: 'host',
      modules: ['c2s', 'saslauth', 'auth_insecure', 'iq', 'ping', 'message', 'presence'],
      options: {
        insecure_open_authentication: "Yes please, I know what I'm doing!",
        c2s_ports: [0],
        c2s_interfaces: ['127.0.0.1'],
        c2s_direct_tls_ports: [],
        c2s_require_encryption: false,
        allow_unencrypted_plain_auth: true,
      },
    },
  ],
  log: logs.log,
});
logs.countDrops((sink) => server.metrics.counter('dropped', 'Lines', { sink }));
const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();
const flood = setInterval(() => {
  for (let i = 0; i < BURST; i++) logs.log.info({ i }, `${i} ${'x'.repeat(200)}`);
}, PAUSE);
const [address = ''] = await server.listeners.addresses('c2s');
process.stderr.write(`listening on ${address}\n`);
setTimeout(() => {
  clearInterval(flood);
  setTimeout(() => void end(), 3000); // so that the places take what waits
}, Number(milliseconds));

async function end(): Promise<void> {
  const [dropped] = server.metrics.families().filter(({ name }) => name === 'dropped');
  const counted = dropped?.series.map(({ metric }) => ('value' in metric ? metric.value : 0));
  await server.stop();
  await logs.close();
  process.stderr.write(`${JSON.stringify({ counted, delay: Math.round(delay.max / 1e6) })}\n`);
}
