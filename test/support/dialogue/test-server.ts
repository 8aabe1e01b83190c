/** A server that dialogues and clients run against, whoever wrote it. */
import type { StorageConfig } from '../../../src/app/storage.ts';

/** Value of a server option in a dialogue. */
export type OptionValue = string | number | boolean;

/** What a test wants of its server. Everything not said is as in a test set-up: no TLS, no federation, no limits on logins. */
export interface TestServerOptions {
  /** Domains served, each a host with the usual modules. */
  readonly hosts: readonly string[];
  /** Options by Prosody's names, for all hosts. */
  readonly options: Readonly<Record<string, OptionValue>>;
  /** Modules not to load, by Prosody's names. */
  readonly without?: readonly string[];
  /** Modules to load that change what dialogues look at, and so are not loaded unasked: `mam`. */
  readonly with?: readonly string[];
  /** Folder with certificates of the domains: STARTTLS is offered. */
  readonly certificates?: string;
  /** Where Couplet keeps its data; in memory by default. */
  readonly storage?: StorageConfig;
}

/** A running server. It offers PLAIN and SCRAM over TCP without TLS, and listens on 127.0.0.1 only. */
export interface TestServer {
  readonly port: number;
  readonly domains: readonly string[];
  /** Make an account; without `domain` on the first host. */
  addUser(name: string, password: string, domain?: string): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a server; it takes connections when the promise resolves. */
export type StartServer = (options: TestServerOptions) => Promise<TestServer>;
