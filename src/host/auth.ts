/** What a host asks of the module that knows its accounts. */
import type { Unit } from '../storage/unit.ts';
import type { CredentialStore } from '../stream/sasl/mechanism.ts';
import type { ScramHash, ScramKeys } from '../stream/sasl/scram-keys.ts';
import { service } from './services.ts';

/** Why an account cannot be used for now. Times are in microseconds since 1970. */
export interface Suspension {
  readonly since: number;
  /** For people. */
  readonly reason?: string | undefined;
  /** When it ends by itself. */
  readonly until?: number | undefined;
  /** When the account goes for good: it was deleted, and can be had back until then. */
  readonly purge?: number | undefined;
}

/** Accounts that nobody can log in to for now. */
export interface Suspensions {
  /** Of an account, if there is one that lasts. */
  of(username: string): Promise<Suspension | undefined>;
  /** All that last, ordered by the bytes of the names. */
  all(): AsyncIterable<readonly [username: string, suspension: Suspension]>;
  /** Begin one, in the place of the one that there may be. */
  put(unit: Unit, username: string, suspension: Suspension): void;
  /** End it; harmless if there is none. */
  lift(unit: Unit, username: string): void;
}

/** The accounts of one host. User names are canonical localparts; passwords are prepared here (RFC 8265 §4). */
export interface AuthProvider extends CredentialStore {
  /** Everybody is let in, under a name of their own; there are no passwords. */
  readonly anonymous?: true;
  /** Hashes for which every account has SCRAM keys; empty where the provider can only check passwords. */
  readonly scramHashes: readonly ScramHash[];
  /** Hashes for which accounts have no keys, and how many about; missing where the provider keeps no keys. */
  readonly lacking?: ReadonlyMap<ScramHash, number>;
  /** Missing where accounts cannot be disabled. */
  readonly suspensions?: Suspensions;
  /** User names, ordered by bytes. */
  usernames(): AsyncIterable<string>;
  /**
   * Make an account; the unit fails with `StanzaError` `conflict` if there is one of that name by then.
   * @throws StanzaError `not-acceptable` (the password cannot be used), `not-allowed` (accounts are made elsewhere)
   */
  create(unit: Unit, username: string, password: string): Promise<void>;
  /**
   * Make an account, or set the password of one that there is.
   * @throws StanzaError `not-acceptable` (the password cannot be used)
   */
  setPassword(unit: Unit, username: string, password: string): Promise<void>;
  /**
   * Make an account from keys that another server derived, or replace those of one that there is. Missing where the
   * provider keeps no such keys.
   */
  readonly setScramKeys?: (unit: Unit, username: string, keys: ReadonlyMap<ScramHash, ScramKeys>) => Promise<void>;
  /** Delete an account; harmless if there is none. */
  delete(unit: Unit, username: string): Promise<void>;
}

/** The provider that the option `authentication` chooses. */
export const Auth = service<AuthProvider>('auth');
