/** Makes the network of a process. */
import type { Log } from '../logging/log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { TimingWheel } from '../util/timing-wheel.ts';
import type { BoundSockets } from './bound-sockets.ts';
import { C2sService } from './c2s-service.ts';
import type { Network } from './interface.ts';
import { TlsContexts } from './tls/tls-contexts.ts';

/**
 * The network of a process; all its deadlines are on one timer.
 * @param certificates folder where certificates made here are kept, if they are to be kept
 * @param bound sockets that listen already
 */
export function createNetwork(log: Log, metrics: Metrics, certificates?: string, bound?: BoundSockets): Network {
  const wheel = new TimingWheel();
  const tls = new TlsContexts(certificates);
  const admission = { accepting: true };
  return {
    tls,
    admission,
    listenC2s: async (options, present) => {
      if (present instanceof C2sService) {
        await present.change(options);
        return present;
      }
      const service = new C2sService(options, wheel, tls, log, metrics);
      await service.open(admission, bound);
      return service;
    },
  };
}
