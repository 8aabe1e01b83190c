/** What a check is, and what it is run on. */
import type { RawConfig } from '../../config/raw-config.ts';
import type { HostConfig } from '../../host/host.ts';
import type { ServerSettings } from '../server-settings.ts';
import type { Catalogue, Finding } from './finding.ts';
import type { Lookup } from './dns/lookup.ts';

/** Runs an operation on the server that is running, on a host or on the first one. @throws Error it was refused */
export type Ask = (operation: string, input: object, host?: string) => Promise<unknown>;

/** A configuration that can be used, and what is around it. */
export interface Subject {
  /** The file as it was written; `undefined` for a server without one. */
  readonly written: RawConfig | undefined;
  /** The configuration with what the environment says; `undefined` for a server without any. */
  readonly raw: RawConfig | undefined;
  readonly settings: ServerSettings;
  readonly environment: NodeJS.ProcessEnv;
  /** Reaches the server that is running; `undefined` where none is. */
  readonly ask: Ask | undefined;
  readonly lookup: Lookup;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** `HOST[:PORT]` that a TURN server is to relay to. */
  readonly ping?: string | undefined;
}

/** One check. */
export interface Check {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  readonly catalogue: Catalogue;
  /** Look; every wait inside has an end. */
  run(subject: Subject): Promise<readonly Finding[]>;
}

/** Hosts where people have accounts. */
export function userHosts({ settings }: Pick<Subject, 'settings'>): HostConfig[] {
  return settings.hosts.filter(({ kind }) => kind === 'host');
}
