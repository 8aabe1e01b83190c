/** The modules that come with the server, loaded only where a host enables them. */
import type { ModuleDefinition } from '../host/module.ts';

const MODULES: Readonly<Record<string, () => Promise<{ readonly default: ModuleDefinition }>>> = {
  admin_adhoc: () => import('../modules/admin_adhoc/admin-adhoc.ts'),
  admin_operations: () => import('../modules/admin_operations/admin-operations.ts'),
  adhoc: () => import('../modules/adhoc/adhoc.ts'),
  announce: () => import('../modules/announce/announce.ts'),
  auth_anonymous: () => import('../modules/auth_anonymous/auth-anonymous.ts'),
  auth_insecure: () => import('../modules/auth_insecure/auth-insecure.ts'),
  auth_internal_hashed: () => import('../modules/auth_internal_hashed/auth-internal-hashed.ts'),
  auth_internal_plain: () => import('../modules/auth_internal_plain/auth-internal-plain.ts'),
  authz_internal: () => import('../modules/authz_internal/authz-internal.ts'),
  blocklist: () => import('../modules/blocklist/blocklist.ts'),
  c2s: () => import('../modules/c2s/c2s.ts'),
  carbons: () => import('../modules/carbons/carbons.ts'),
  disco: () => import('../modules/disco/disco.ts'),
  iq: () => import('../modules/iq/iq.ts'),
  lastactivity: () => import('../modules/lastactivity/lastactivity.ts'),
  mam: () => import('../modules/mam/mam.ts'),
  message: () => import('../modules/message/message.ts'),
  motd: () => import('../modules/motd/motd.ts'),
  offline: () => import('../modules/offline/offline.ts'),
  ping: () => import('../modules/ping/ping.ts'),
  presence: () => import('../modules/presence/presence.ts'),
  private: () => import('../modules/private/private.ts'),
  register_ibr: () => import('../modules/register_ibr/register-ibr.ts'),
  roster: () => import('../modules/roster/roster.ts'),
  saslauth: () => import('../modules/saslauth/saslauth.ts'),
  smacks: () => import('../modules/smacks/smacks.ts'),
  time: () => import('../modules/time/time.ts'),
  tls: () => import('../modules/tls/tls.ts'),
  uptime: () => import('../modules/uptime/uptime.ts'),
  user_account_management: () => import('../modules/user_account_management/user-account-management.ts'),
  vcard: () => import('../modules/vcard/vcard.ts'),
  version: () => import('../modules/version/version.ts'),
  welcome: () => import('../modules/welcome/welcome.ts'),
};

/** Names of all modules, sorted. */
export const MODULE_NAMES: readonly string[] = Object.keys(MODULES);

/** Prosody's names for several modules at once. */
const GROUPS: ReadonlyMap<string, readonly string[]> = new Map([
  ['register', ['register_ibr', 'user_account_management']],
]);

/** The names of modules, with those that stand for several replaced by these. */
export function expandModules(names: readonly string[]): string[] {
  return names.flatMap((name) => GROUPS.get(name) ?? [name]);
}

/** The module of that name, or `undefined`. */
export async function findModule(name: string): Promise<ModuleDefinition | undefined> {
  return Object.hasOwn(MODULES, name) ? (await MODULES[name]?.())?.default : undefined;
}
