/** The program `couplet`. */
import { ConfigError } from '../config/config-error.ts';
import { PRODUCT, VERSION } from '../host/product.ts';
import { banner } from './banner.ts';
import { CONTAINER, USAGE, readCommandLine } from './command-line.ts';
import { giveBackIdleMemory } from './idle-memory.ts';
import { loadSettings, zeroSettings } from './load-settings.ts';
import { watchLoopDelay } from './loop-delay.ts';
import { onSignals } from './on-signals.ts';
import { RunningServer } from './running-server.ts';
import { sayReady } from './service/background.ts';
import { goToBackground } from './service/go-to-background.ts';
import { warnOfProcess } from './service/prepare-process.ts';

/** Exit code of a server that could not start. */
const EXIT_FAILED = 1;

/** Start, say so, and do what signals say. */
async function main(args: readonly string[]): Promise<void> {
  const line = readCommandLine(args);
  if (line.show !== undefined) {
    process.stdout.write(line.show === 'help' ? USAGE : `${PRODUCT} ${VERSION}\n`);
    return;
  }
  process.on('SIGHUP', () => undefined); // what is not up yet need not be reloaded, nor end
  if (line.container) process.env[CONTAINER] = '1';
  const zero = line.config === undefined;
  const settings = line.config === undefined ? zeroSettings(line.zero) : await loadSettings(line.config);
  if (line.background) {
    process.exitCode = await goToBackground(args, settings);
    return;
  }
  const running = await RunningServer.start(line, settings);
  const { server, sockets, manager, first } = running;
  const { log, listeners, metrics } = server;
  onSignals(
    log,
    () => running.stop(),
    async () => {
      await running.reload(false).catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        log.error({ reason }, 'the configuration was not reloaded: nothing was changed');
      });
    },
  );
  giveBackIdleMemory();
  watchLoopDelay(log, metrics);
  const addresses = [...(await listeners.addresses('c2s')), ...(await listeners.addresses('c2s_direct_tls'))];
  warnOfProcess(sockets, log);
  process.stdout.write(banner({ settings, addresses, zero, users: line.users, first }));
  sayReady();
  void manager.ready();
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof ConfigError) process.stderr.write(`couplet: ${error.message}\n`);
  else process.stderr.write(`couplet: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = EXIT_FAILED;
}
