/** `check modules`: what hosts have loaded, what most hosts should have, and what runs otherwise than it is configured. */
import type { z } from 'zod';
import { serverStatus } from '../../modules/admin_operations/status.ts';
import { MODULE_NAMES } from '../modules.ts';
import { userHosts, type Check, type Subject } from './check.ts';
import { finder, type Catalogue, type Finding } from './finding.ts';
import { placeOf } from './place.ts';

const MODULES = {
  'modules-loaded': ['info', 'What a host has loaded.', ''],
  'module-recommended': ['advice', 'A module that nearly every host should have is off.', 'Add it to modules_enabled.'],
  'module-insecure': ['advice', 'A module is loaded that is for tests alone.', 'Remove it.'],
  'module-not-running': [
    'advice',
    'A module is configured and does not run: it was added since the start, unloaded by hand, or could not be loaded.',
    'Reload, or see the log.',
  ],
  'module-not-configured': [
    'info',
    'A module runs that is not configured: it was loaded by hand.',
    'Add it to modules_enabled, or it is gone after the next start.',
  ],
  'host-not-running': [
    'advice',
    'A host is configured and not served by the server that runs.',
    'Reload or restart; see the log.',
  ],
  'providers-several': [
    'advice',
    'A host has several modules that check passwords.',
    'Keep the one that `authentication` names.',
  ],
} as const satisfies Catalogue;

const find = finder('modules', MODULES);

/** Without them clients of today lose messages, contacts or their way. */
const RECOMMENDED: readonly string[] = [
  'roster',
  'saslauth',
  'tls',
  'disco',
  'carbons',
  'mam',
  'smacks',
  'ping',
  'blocklist',
];

const FOR_TESTS: readonly string[] = ['auth_insecure', 'auth_internal_plain'];

type Running = Pick<z.infer<typeof serverStatus>, 'hosts'>;

export const modulesCheck: Check = {
  name: 'modules',
  summary: 'Modules: recommended ones that are off, and what runs otherwise than configured',
  catalogue: MODULES,
  run: async (subject) => moduleFindings(subject, await running(subject)),
};

async function running({ ask }: Subject): Promise<Running | undefined> {
  return ask === undefined ? undefined : serverStatus.pick({ hosts: true }).parse(await ask('server.status', {}));
}

/** What is to be said of the modules of all hosts. */
export function moduleFindings(subject: Pick<Subject, 'raw' | 'settings'>, status: Running | undefined): Finding[] {
  return userHosts(subject).flatMap((host) => {
    const { domain, modules } = host;
    const at = placeOf(subject.raw, domain, 'modules_enabled');
    const found = [find('modules-loaded', `${domain}: ${modules.toSorted().join(', ')}.`, at)];
    for (const name of RECOMMENDED) {
      if (!modules.includes(name) && MODULE_NAMES.includes(name))
        found.push(find('module-recommended', `${domain} has no ${name}.`, at));
    }
    for (const name of FOR_TESTS.filter((one) => modules.includes(one)))
      found.push(find('module-insecure', `${domain} has ${name}.`, at));
    const providers = modules.filter((name) => name.startsWith('auth_'));
    if (providers.length > 1) found.push(find('providers-several', `${domain} has ${providers.join(' and ')}.`, at));
    return status === undefined ? found : [...found, ...differences(domain, modules, status)];
  });
}

function differences(domain: string, modules: readonly string[], status: Running): Finding[] {
  const served = status.hosts.find((host) => host.domain === domain);
  if (served === undefined) return [find('host-not-running', `${domain} is configured and not served.`)];
  const missing = modules.filter((name) => !served.modules.includes(name));
  const extra = served.modules.filter((name) => !modules.includes(name));
  return [
    ...missing.map((name) => find('module-not-running', `${domain}: ${name} is configured and does not run.`)),
    ...extra.map((name) => find('module-not-configured', `${domain}: ${name} runs and is not configured.`)),
  ];
}
