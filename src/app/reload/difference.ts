/** What another configuration changes in a server that runs. */
import { isDeepStrictEqual } from 'node:util';
import type { HostConfig } from '../../host/host.ts';
import type { ServerSettings } from '../server-settings.ts';

/** What is to become of a host that stays. */
export interface HostChange {
  /** As it is configured from now on. */
  readonly host: HostConfig;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Modules to be set up again, each with the options that changed. */
  readonly changed: ReadonlyMap<string, readonly string[]>;
  /** Who has all rights changed. */
  readonly admins: boolean;
}

/** Everything that two configurations differ in. */
export interface Difference {
  readonly hostsAdded: readonly HostConfig[];
  readonly hostsRemoved: readonly string[];
  readonly hostsChanged: readonly HostChange[];
  readonly log: boolean;
  readonly memoryLimit: boolean;
  /** Options that have no effect before the next start. */
  readonly restart: readonly string[];
}

/** What is known besides the two configurations. */
export interface DifferenceContext {
  /** The options that a module takes. */
  readonly optionsOf: (module: string) => readonly string[];
  /** Modules to be set up again in any case, as they read files. */
  readonly always: readonly string[];
  /** Is the module, given as `DOMAIN MODULE`, not as the configuration in force has it? */
  readonly failed: (place: string) => boolean;
}

/** The difference between the configuration in force and the one that is to be. */
export function differenceOf(now: ServerSettings, next: ServerSettings, context: DifferenceContext): Difference {
  const before = new Map(now.hosts.map((host) => [host.domain, host]));
  const after = new Map(next.hosts.map((host) => [host.domain, host]));
  const stays = (host: HostConfig): boolean => before.get(host.domain)?.kind === after.get(host.domain)?.kind;
  return {
    hostsAdded: next.hosts.filter((host) => !stays(host)),
    hostsRemoved: now.hosts.filter((host) => !stays(host)).map(({ domain }) => domain),
    hostsChanged: next.hosts.flatMap((host) => {
      const old = before.get(host.domain);
      return old === undefined || !stays(host) ? [] : [changeOf(old, host, context)];
    }),
    log: !isDeepStrictEqual(now.log, next.log),
    memoryLimit: now.memoryLimit !== next.memoryLimit,
    restart: restartOf(now, next),
  };
}

function changeOf(old: HostConfig, host: HostConfig, { optionsOf, always, failed }: DifferenceContext): HostChange {
  const pending = (module: string): boolean => failed(`${host.domain} ${module}`);
  const added = host.modules.filter((name) => !old.modules.includes(name) || pending(name));
  const differs = (option: string): boolean => !isDeepStrictEqual(old.options[option], host.options[option]);
  const changed = new Map<string, readonly string[]>();
  for (const module of host.modules) {
    if (added.includes(module)) continue;
    const options = optionsOf(module).filter(differs);
    if (options.length > 0 || always.includes(module)) changed.set(module, options);
  }
  const removed = old.modules.filter((name) => !host.modules.includes(name));
  return { host, added, removed, changed, admins: differs('admins') || differs('host_admins') };
}

function restartOf(now: ServerSettings, next: ServerSettings): string[] {
  const compared: readonly (readonly [string, unknown, unknown])[] = [
    ['data_path', now.dataPath, next.dataPath],
    ['storage', now.storage, next.storage],
    ['admin_socket', now.adminSocket, next.adminSocket],
    ['pidfile', now.process?.pidfile, next.process?.pidfile],
    ['prosody_user', now.process?.account, next.process?.account],
    ['run_as_root', now.process?.runAsRoot, next.process?.runAsRoot],
    ['umask', now.process?.umask, next.process?.umask],
  ];
  // Where the data is decides where SQLite is: that is one change, not two.
  const moved = now.dataPath !== next.dataPath;
  return compared
    .filter(([name, old, fresh]) => !isDeepStrictEqual(old, fresh) && !(moved && name !== 'data_path' && follows(name)))
    .map(([name]) => name);
}

function follows(name: string): boolean {
  return name === 'storage' || name === 'admin_socket';
}
