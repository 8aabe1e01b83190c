/** Makes the network of a process. */
import type { Log } from '../logging/log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { TimingWheel } from '../util/timing-wheel.ts';
import { C2sService } from './c2s-service.ts';
import type { Network } from './interface.ts';
import { TlsContexts } from './tls/tls-contexts.ts';

/**
 * The network of a process; all its deadlines are on one timer.
 * @param certificates folder where certificates made here are kept, if they are to be kept
 */
export function createNetwork(log: Log, metrics: Metrics, certificates?: string): Network {
  const wheel = new TimingWheel();
  const tls = new TlsContexts(certificates);
  const admission = { accepting: true };
  return {
    tls,
    admission,
    listenC2s: async (options) => {
      const service = new C2sService(options, wheel, tls, log, metrics);
      await service.open(admission);
      return service;
    },
  };
}
