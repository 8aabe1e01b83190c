/** Which modules a host has that names none. */
import { MODULE_NAMES, expandModules } from './modules.ts';

/** Modules that every host has unless `modules_disabled` names them. */
const CORE: ReadonlySet<string> = new Set([
  'admin_operations',
  'authz_internal',
  'c2s',
  'iq',
  'message',
  'offline',
  'presence',
]);

/** What else a host has unless the top of the file says `modules_enabled`. Off are those that let strangers in. */
const USUAL: ReadonlySet<string> = new Set([
  'adhoc',
  'admin_adhoc',
  'blocklist',
  'carbons',
  'disco',
  'lastactivity',
  'mam',
  'ping',
  'private',
  'roster',
  'saslauth',
  'smacks',
  'time',
  'tls',
  'uptime',
  'user_account_management',
  'vcard',
  'version',
]);

/** What a module is nothing without: it comes along unless it is disabled. */
const BRINGS: ReadonlyMap<string, string> = new Map([['admin_adhoc', 'adhoc']]);

/** Which modules were asked for, where. */
interface Choice {
  /** `modules_enabled` of all hosts, `undefined` if there is none. */
  readonly everywhere: readonly string[] | undefined;
  /** `modules_enabled` of the host itself: on top of the others. */
  readonly here: readonly string[];
  /** `modules_disabled` of both. */
  readonly disabled: readonly string[];
}

/** The modules of a host, the one that checks its passwords aside. */
export function modulesOf({ everywhere, here, disabled }: Choice): string[] {
  const core = MODULE_NAMES.filter((name) => CORE.has(name));
  const usual = everywhere ?? MODULE_NAMES.filter((name) => USUAL.has(name));
  const off = new Set(expandModules(disabled));
  const on = expandModules([...core, ...usual, ...here]).filter((name) => !off.has(name));
  const brought = on.flatMap((name) => BRINGS.get(name) ?? []).filter((name) => !off.has(name));
  return [...new Set([...on, ...brought])];
}
