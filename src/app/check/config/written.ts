/** Findings of `config` in what was written: values and modules that Prosody reads otherwise than their author meant. */
import { MODULE_ALIASES } from '../../../config/prosody-modules.ts';
import type { RawConfig, Settings } from '../../../config/raw-config.ts';
import { membersOf, namesOf } from '../../prosody/section.ts';
import { MODULE_NAMES } from '../../modules.ts';
import type { Catalogue, Find, Finding } from '../finding.ts';
import type { NOTICES } from './notices.ts';

export const WRITTEN = {
  'burst-is-size': [
    'advice',
    '`burst` of a limit is a size; Prosody wants seconds and silently takes 2 s.',
    'Write seconds, such as burst = "2s".',
  ],
  'admins-in-one-text': [
    'advice',
    'Several administrators stand in one text, most likely from one environment variable: to Prosody they are one name that does not exist.',
    'Nothing for Couplet, which splits them; a list means the same to both.',
  ],
  'upload-several': [
    'advice',
    'Uploads are asked for more than once, so Prosody offers several services to clients; here there is one.',
    'Keep Component "upload.…" "http_file_share" alone.',
  ],
  'module-prefix': ['advice', 'A module is written with `mod_`.', 'Leave out `mod_`.'],
  'provider-in-modules': [
    'advice',
    'A module that checks passwords or keeps data stands in modules_enabled.',
    'Remove it there; authentication = "NAME" and storage = "NAME" choose such modules.',
  ],
  'modules-conflict': ['advice', 'Two modules that do the same are both enabled.', 'Remove one of both.'],
  'module-also-component': [
    'advice',
    'A module is enabled for hosts and is a component too.',
    'Remove it from modules_enabled.',
  ],
  'http-private-interface': [
    'advice',
    'HTTP services are wanted and `http_interfaces` is not set: port 5280 is then for this machine alone, and a proxy or monitoring in another container does not reach it.',
    'Set http_interfaces = { "*" } where a proxy runs on another machine or in another container, and keep the port from the outside.',
  ],
  'pidfile-missing': [
    'info',
    'No `pidfile` is set, so Prosody’s own `prosodyctl status` always says that nothing runs, and a health check with it always fails.',
    'Nothing for Couplet: its `status` and `healthcheck` ask the server itself.',
  ],
  'secret-in-file': [
    'info',
    'A variable names a file with a secret. Couplet reads it; a Lua configuration under Prosody would not.',
    'Nothing.',
  ],
  'database-port-unset': [
    'info',
    'PROSODY_DB_HOST is set and PROSODY_DB_PORT is not: start scripts that wait for the database with both wait for ever.',
    'Nothing for Couplet, which waits itself; set both where such a script runs before.',
  ],
  'log-levels-listed': [
    'advice',
    'A log file takes listed levels alone: those between and above them are lost.',
    'Write levels = { min = "info" }.',
  ],
  'log-file-twice': ['advice', 'One log file is written by two sinks.', 'Keep one of both, with the lower level.'],
  'modules-nowhere': [
    'info',
    'There is no `modules_enabled` at the top, so hosts get the few modules that Prosody always loads.',
    'Set modules_enabled, for example as in config/example.yaml.',
  ],
  'storage-said-twice': [
    'info',
    '`default_storage` means nothing beside a `storage` that is a text.',
    'Remove one of both.',
  ],
} as const satisfies Catalogue;

type Told = Find<typeof WRITTEN & Pick<typeof NOTICES, 'module-renamed'>>;

/** From the one that says most. */
const LEVELS: readonly string[] = ['debug', 'info', 'warn', 'error'];

/** Spellings of the module that takes uploads. */
const UPLOADS: readonly string[] = ['http_upload', 'http_file_share'];

const CONFLICTS: readonly (readonly [string, string])[] = [
  ['vcard', 'vcard_legacy'],
  ['pep', 'pep_simple'],
  ['cloud_notify', 'push'],
  ['muc_mam', 'muc_log'],
  ['bookmarks', 'bookmarks2'],
  ['statistics', 'prometheus'],
];

/** Modules that are reached over HTTP. */
const OVER_HTTP: readonly string[] = ['bosh', 'websocket', 'http_openmetrics', 'prometheus', 'http_files', ...UPLOADS];

/** A module, and where it was named. */
interface Named {
  readonly name: string;
  readonly at: string;
  readonly as: 'enabled' | 'component';
}

/** Look at a configuration as it was written. */
export function writtenFindings(find: Told, raw: RawConfig, environment: NodeJS.ProcessEnv): Finding[] {
  const sections = [raw.settings, ...raw.hosts.map(({ settings }) => settings)];
  const modules = sections.flatMap(modulesIn);
  return [
    ...sections.flatMap((settings) => [...values(find, settings), ...logFindings(find, settings)]),
    ...moduleFindings(find, modules),
    ...(raw.lenient ? prosodyFindings(find, raw, modules) : []),
    ...environmentFindings(find, environment),
  ];
}

function modulesIn(settings: Settings): Named[] {
  const list = settings.get('modules_enabled');
  const component = settings.get('module');
  const enabled = namesOf(list).map((name, index) => ({
    name,
    at: list?.within([index]) ?? '',
    as: 'enabled' as const,
  }));
  const own =
    typeof component?.value === 'string' ? [{ name: component.value, at: component.at, as: 'component' as const }] : [];
  return [...enabled, ...own];
}

function* values(find: Told, settings: Settings): Generator<Finding> {
  const limits = settings.get('limits');
  for (const [service, limit] of membersOf(limits?.value)) {
    const burst = membersOf(limit).get('burst');
    if (typeof burst !== 'string' || !/^\s*[\d.]+\s*[kmgt]?i?b(\/s)?\s*$/i.test(burst)) continue;
    yield find(
      'burst-is-size',
      `limits: burst of ${service} is "${burst}", which is a size.`,
      limits?.within([service, 'burst']),
    );
  }
  const admins = settings.get('admins');
  for (const [index, text] of namesOf(admins).entries()) {
    if (text.split(/[\s,;]+/).filter(Boolean).length < 2) continue;
    yield find('admins-in-one-text', `admins: "${text}" is one text with several names.`, admins?.within([index]));
  }
}

function* moduleFindings(find: Told, modules: readonly Named[]): Generator<Finding> {
  const uploads = modules.filter(({ name }) => UPLOADS.includes(name));
  const [first, ...more] = uploads;
  if (first !== undefined && more.length > 0) {
    const places = uploads.map(({ name, as }) => (as === 'component' ? `the component ${name}` : name));
    yield find('upload-several', `Uploads are asked for ${uploads.length} times: ${places.join(', ')}.`, first.at);
  }
  for (const { name, at, as } of modules) {
    if (as === 'component') continue;
    if (name.startsWith('mod_')) yield find('module-prefix', `"${name}" is written with mod_.`, at);
    if (/^(auth|storage)_/.test(name)) yield find('provider-in-modules', `"${name}" stands in modules_enabled.`, at);
  }
  for (const { name, at } of modules) {
    const called = MODULE_ALIASES.get(name);
    if (called === undefined || MODULE_NAMES.includes(name) || MODULE_NAMES.includes(called)) continue; // else it was noticed
    yield find('module-renamed', `The module ${name} is called ${called} now.`, at);
  }
  for (const [one, other] of CONFLICTS) {
    const both = [one, other].map((name) => modules.find((it) => it.name === name));
    if (both.some((it) => it === undefined)) continue;
    yield find('modules-conflict', `${one} and ${other} are both enabled.`, both[1]?.at);
  }
  for (const { name, at } of modules.filter(({ as }) => as === 'component')) {
    if (!modules.some((it) => it.as === 'enabled' && it.name === name)) continue;
    yield find('module-also-component', `${name} is a component, and stands in modules_enabled too.`, at);
  }
}

/** What matters where a configuration was made for Prosody. */
function* prosodyFindings(find: Told, { settings, file }: RawConfig, modules: readonly Named[]): Generator<Finding> {
  const web = modules.find(({ name }) => OVER_HTTP.includes(name));
  if (web !== undefined && !settings.has('http_interfaces') && !settings.has('interfaces')) {
    yield find('http-private-interface', `${web.name} is wanted and http_interfaces is not set.`, web.at);
  }
  if (!settings.has('pidfile')) yield find('pidfile-missing', 'No pidfile is set.', file);
  if (!settings.has('modules_enabled')) yield find('modules-nowhere', 'There is no modules_enabled at the top.', file);
  const storage = settings.get('storage');
  if (typeof storage?.value === 'string' && settings.has('default_storage')) {
    yield find('storage-said-twice', 'storage and default_storage are both set.', storage.at);
  }
}

function* environmentFindings(find: Told, environment: NodeJS.ProcessEnv): Generator<Finding> {
  const { PROSODY_DB_HOST: host, PROSODY_DB_PORT: port } = environment;
  if (host !== undefined && port === undefined) {
    yield find('database-port-unset', `PROSODY_DB_HOST is ${host}, and there is no port.`);
  }
  for (const [name, path = ''] of Object.entries(environment)) {
    if (!/^PROSODY_\w+_FILE$/.test(name) || path === '') continue;
    yield find('secret-in-file', `${name} is set: ${name.slice(0, -'_FILE'.length)} is what ${path} holds.`);
  }
}

function* logFindings(find: Told, settings: Settings): Generator<Finding> {
  const log = settings.get('log');
  const sinks: readonly unknown[] = Array.isArray(log?.value) ? log.value : [];
  const seen = new Set<unknown>();
  for (const [index, sink] of sinks.entries()) {
    const levels = membersOf(sink).get('levels');
    const file = membersOf(sink).get('filename');
    const listed: readonly unknown[] = Array.isArray(levels) ? levels : [];
    const gap = LEVELS.slice(LEVELS.findIndex((level) => listed.includes(level))).find(
      (level) => !listed.includes(level),
    );
    if (listed.length > 0 && gap !== undefined) {
      yield find(
        'log-levels-listed',
        `log: ${typeof file === 'string' ? file : `sink ${index + 1}`} takes ${listed.join(', ')} and not ${gap}.`,
        log?.within([index]),
      );
    }
    if (typeof file !== 'string') continue;
    if (seen.has(file)) yield find('log-file-twice', `log: ${file} is written by two sinks.`, log?.within([index]));
    seen.add(file);
  }
}
