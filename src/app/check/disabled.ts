/** `check disabled`: hosts that are not served. */
import type { Check } from './check.ts';
import { finder, type Catalogue } from './finding.ts';

const DISABLED = {
  'host-off': [
    'info',
    'A host or component is disabled, and left out of all other checks.',
    'Remove enabled = false to serve it.',
  ],
} as const satisfies Catalogue;

const find = finder('disabled', DISABLED);

export const disabledCheck: Check = {
  name: 'disabled',
  summary: 'Hosts that are disabled',
  catalogue: DISABLED,
  run: async ({ raw, settings }) => {
    const off = (raw?.hosts ?? []).filter(({ domain, settings: own }) => {
      const enabled = own.get('enabled')?.value ?? raw?.settings.get('enabled')?.value;
      return enabled !== undefined && enabled !== true && settings.hosts.every((host) => host.domain !== domain);
    });
    return off.map(({ domain, at }) => find('host-off', `${domain} is disabled.`, at));
  },
};
