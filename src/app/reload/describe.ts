/** A difference in words. */
import type { ReloadStep } from '../../host/server.ts';
import type { Difference, HostChange } from './difference.ts';

/** Result of what was done. */
export const DONE = 'done';

/** What a difference does, a step each. @param result of all that can be done without a restart */
export function describe(difference: Difference, result: string): ReloadStep[] {
  const { hostsAdded, hostsChanged, hostsRemoved, log, memoryLimit, restart } = difference;
  const server = [...(log ? ['log'] : []), ...(memoryLimit ? ['memory_limit'] : [])];
  return [
    ...server.map((change) => ({ change, result })),
    ...hostsAdded.map(({ domain: host }) => ({ host, change: 'host added', result })),
    ...hostsChanged.flatMap((change) => describeHost(change, result)),
    ...hostsRemoved.map((host) => ({ host, change: 'host removed, its clients disconnected', result })),
    ...restart.map((change) => ({ change, result: 'only after a restart' })),
  ];
}

function describeHost({ host, added, removed, changed, admins }: HostChange, result: string): ReloadStep[] {
  const step = (change: string, module?: string): ReloadStep => ({
    host: host.domain,
    change,
    ...(module !== undefined && { module }),
    result,
  });
  return [
    ...(admins ? [step('admins')] : []),
    ...removed.map((name) => step(`module ${name} unloaded`, name)),
    ...added.map((name) => step(`module ${name} loaded`, name)),
    ...[...changed].map(([name, options]) =>
      step(
        options.length > 0
          ? `module ${name} set up again: ${options.join(', ')}`
          : `module ${name} reads its files anew`,
        name,
      ),
    ),
  ];
}
