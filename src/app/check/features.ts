/** `check features`: what clients of today expect, by Prosody's groups; what is on, and what could be. */
import { MODULE_NAMES } from '../modules.ts';
import { userHosts, type Check } from './check.ts';
import { finder, type Catalogue, type Finding } from './finding.ts';

const FEATURES = {
  'features-on': ['info', 'Features that a host has.', ''],
  'features-off': [
    'advice',
    'Features that a host could have.',
    'Add the modules to modules_enabled, or remove them from modules_disabled.',
  ],
  'features-not-built': ['info', 'Features that Couplet does not have yet.', ''],
} as const satisfies Catalogue;

const find = finder('features', FEATURES);

/** A feature, and the modules that make it; one is enough. */
type Feature = readonly [name: string, ...modules: readonly string[]];

/** Prosody's groups. */
export const FEATURE_GROUPS: readonly (readonly [group: string, ...features: readonly Feature[]])[] = [
  ['Basic', ['contacts', 'roster'], ['login', 'saslauth'], ['encryption', 'tls'], ['discovery', 'disco']],
  [
    'Several devices',
    ['copies of messages', 'carbons'],
    ['message archive', 'mam'],
    ['bookmarks', 'bookmarks'],
    ['own data', 'private'],
  ],
  [
    'Mobile devices',
    ['resumed connections', 'smacks'],
    ['quiet while inactive', 'csi_simple'],
    ['push notifications', 'cloud_notify'],
  ],
  ['Web clients', ['WebSocket', 'websocket'], ['BOSH', 'bosh']],
  ['Profiles', ['personal events', 'pep'], ['vCards', 'vcard_legacy', 'vcard'], ['new vCards', 'vcard4']],
  ['Blocking', ['block list', 'blocklist']],
  ['Calls', ['TURN', 'turn_external', 'external_services']],
  ['Files', ['uploads', 'http_file_share']],
  ['Group chats', ['rooms', 'muc'], ['archive of rooms', 'muc_mam']],
  ['Other servers', ['server to server', 's2s'], ['dialback', 'dialback']],
];

export const featuresCheck: Check = {
  name: 'features',
  summary: 'What clients of today expect: what is on, what is off, what is not there yet',
  catalogue: FEATURES,
  run: async (subject) => {
    const { hosts } = subject.settings;
    return userHosts(subject).flatMap(({ domain, modules }) => {
      // Services of components below a host are that host's.
      const near = hosts.filter((one) => one.kind === 'component' && one.domain.endsWith(`.${domain}`));
      return featureFindings(domain, [...modules, ...near.flatMap((one) => one.modules)]);
    });
  },
};

/** What is to be said of a host with these modules. @param available the modules that there are */
export function featureFindings(
  domain: string,
  modules: readonly string[],
  available: readonly string[] = MODULE_NAMES,
): Finding[] {
  const found: Finding[] = [];
  for (const id of ['features-on', 'features-off', 'features-not-built'] as const) {
    const groups = FEATURE_GROUPS.flatMap(([group, ...features]) => {
      const some = features.filter(([, ...makers]) => stateOf(makers, modules, available) === id);
      const shown = some.map(([name, ...makers]) => {
        const needed = makers.find((one) => available.includes(one)) ?? makers[0] ?? '';
        return id === 'features-on' ? name : `${name} (${needed})`;
      });
      return shown.length === 0 ? [] : [`${group}: ${shown.join(', ')}`];
    });
    if (groups.length > 0) found.push(find(id, `${domain}: ${groups.join('; ')}.`));
  }
  return found;
}

function stateOf(
  makers: readonly string[],
  modules: readonly string[],
  available: readonly string[],
): keyof typeof FEATURES {
  if (makers.some((one) => modules.includes(one))) return 'features-on';
  return makers.some((one) => available.includes(one)) ? 'features-off' : 'features-not-built';
}
