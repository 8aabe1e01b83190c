/** Makes the network of a process. */
import type { Log } from '../logging/log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { TimingWheel } from '../util/timing-wheel.ts';
import { C2sService } from './c2s-service.ts';
import type { Network } from './interface.ts';

/** The network of a process; all its deadlines are on one timer. */
export function createNetwork(log: Log, metrics: Metrics): Network {
  const wheel = new TimingWheel();
  return {
    listenC2s: async (options) => {
      const service = new C2sService(options, wheel, log, metrics);
      await service.open();
      return service;
    },
  };
}
