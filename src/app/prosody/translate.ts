/** From a configuration as Prosody reads it to one in the words of this server. What is changed is told. */
import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { warningOf, type Notice } from '../../config/notice.ts';
import type { RawConfig, Setting } from '../../config/raw-config.ts';
import { MEANINGLESS_OPTIONS, OPTION_ALIASES } from '../../config/prosody-options.ts';
import { SERVER_OPTIONS } from '../core-options.ts';
import { translateLog } from './log.ts';
import { AvailableModules } from './modules.ts';
import { membersOf, namesOf, withValue, type Section, type Warn } from './section.ts';
import { translateStorage } from './storage.ts';

/** Where Prosody's packages and images keep data. */
const DATA_PATH = '/var/lib/prosody';

/** The configuration in our words: options and modules have the names they have here, and modules that are missing are gone. */
export function translate(raw: RawConfig): RawConfig {
  const global: Section = new Map(raw.settings);
  const hosts = raw.hosts.map((host) => ({ ...host, settings: new Map(host.settings) }));
  const warnings = new Set(raw.warnings);
  const notices = new Map<string, Notice>(raw.notices);
  const warn: Warn = ({ at }, text, id) => {
    const warning = warningOf({ at, text });
    warnings.add(warning);
    notices.set(warning, { id: id ?? 'notice', at, text });
  };
  for (const { domain, settings } of hosts) moveUp(global, settings, domain, warn);
  for (const section of [global, ...hosts.map(({ settings }) => settings)]) {
    rename(section, warn);
    splitAdmins(section);
    const keepalives = section.get('tcp_keepalives'); // of all services that say nothing themselves
    if (keepalives !== undefined && !section.has('c2s_tcp_keepalives')) section.set('c2s_tcp_keepalives', keepalives);
  }
  for (const { settings } of hosts) mergeTls(global, settings);
  ignore([global, ...hosts.map(({ settings }) => settings)], warn);
  translateStorage(global, warn);
  translateLog(global, dirname(raw.file), warn);
  const place: Setting = { value: [], at: `${raw.file}:1`, within: () => `${raw.file}:1` };
  if (!global.has('data_path')) global.set('data_path', withValue(place, process.env['PROSODY_DATADIR'] ?? DATA_PATH));
  if (!global.has('modules_enabled')) global.set('modules_enabled', place);
  for (const { kind, settings } of hosts) if (kind === 'host') closeToStrangers(global, settings, warn);
  const served = new AvailableModules(warn).apply(global, hosts);
  return { ...raw, settings: global, hosts: served, warnings: [...warnings], notices };
}

/** What is for the server and stands below a host was most likely meant to stand above: so it does. */
function moveUp(global: Section, section: Section, domain: string, warn: Warn): void {
  for (const name of [...Object.keys(SERVER_OPTIONS.shape), 'default_storage']) {
    const setting = section.get(name);
    if (setting === undefined) continue;
    section.delete(name);
    const set = global.has(name);
    if (isDeepStrictEqual(global.get(name)?.value, setting.value)) continue;
    warn(
      setting,
      `${name} stands below ${domain} and is for the whole server: ${set ? 'it is ignored' : 'it is used so'}`,
      name === 'log' ? 'log-below-host' : 'global-below-host',
    );
    if (!set) global.set(name, setting);
  }
}

function rename(section: Section, warn: Warn): void {
  for (const [name, setting] of [...section]) {
    const known = OPTION_ALIASES.get(name);
    if (known === undefined) continue;
    section.delete(name);
    warn(setting, `${name} is called ${known} now`, 'option-renamed');
    if (!section.has(known)) section.set(known, setting);
    if (name === 'require_encryption' && !section.has('s2s_require_encryption')) {
      section.set('s2s_require_encryption', setting);
    }
  }
  const anonymous = section.get('anonymous_login');
  if (anonymous !== undefined) {
    section.delete('anonymous_login');
    warn(anonymous, 'anonymous_login is called authentication = "anonymous" now', 'option-renamed');
    if (anonymous.value === true && !section.has('authentication')) {
      section.set('authentication', withValue(anonymous, 'anonymous'));
    }
  }
  const alone = section.get('disallow_s2s');
  if (alone === undefined) return;
  section.delete('disallow_s2s');
  warn(alone, 'disallow_s2s is called modules_disabled = { "s2s" } now', 'option-renamed');
  if (alone.value === true) {
    const disabled = section.get('modules_disabled');
    section.set('modules_disabled', withValue(disabled ?? alone, [...namesOf(disabled), 's2s']));
  }
}

/** Whoever loads invites_register lets in the invited alone, unless it is said otherwise. */
function closeToStrangers(global: Section, section: Section, warn: Warn): void {
  const [asked, limited, here, everywhere] = [
    section.get('allow_registration') ?? global.get('allow_registration'),
    section.get('registration_invite_only') ?? global.get('registration_invite_only'),
    section.get('modules_enabled'),
    global.get('modules_enabled'),
  ];
  if (asked === undefined || [false, 'false', 0].some((no) => asked.value === no)) return;
  if (limited === undefined && ![here, everywhere].some((list) => namesOf(list).includes('invites_register'))) return;
  const only = limited ?? withValue(asked, true);
  if ([false, 'false', 0].some((no) => only.value === no)) return;
  warn(
    only,
    'only who was invited may make an account, and there are no invitations yet: nobody may',
    'option-not-built',
  );
  section.set('registration_invite_only', withValue(only, true));
}

/** Several JIDs in one text come from one environment variable. */
function splitAdmins(section: Section): void {
  const admins = section.get('admins');
  if (admins === undefined) return;
  section.set(
    'admins',
    withValue(
      admins,
      namesOf(admins).flatMap((text) => text.split(/[\s,;]+/).filter(Boolean)),
    ),
  );
}

/** What a host does not say about TLS itself, the server says for it. */
function mergeTls(global: Section, section: Section): void {
  const own = section.get('ssl');
  const ofAll = global.get('ssl');
  if (own === undefined || ofAll === undefined) return;
  section.set('ssl', withValue(own, Object.fromEntries([...membersOf(ofAll.value), ...membersOf(own.value)])));
}

function ignore(sections: readonly Section[], warn: Warn): void {
  for (const section of sections) {
    for (const [name, setting] of [...section]) {
      if (!MEANINGLESS_OPTIONS.has(name)) continue;
      section.delete(name);
      warn(setting, `${name} has no meaning here and is ignored`, 'option-ignored');
    }
  }
}
