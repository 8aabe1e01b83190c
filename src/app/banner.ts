/** The first line that the server prints. */
import { relative } from 'node:path';
import { PRODUCT, VERSION } from '../host/product.ts';
import type { GivenUser } from './command-line.ts';
import type { NewAccount } from './first-account.ts';
import { ZERO_HOST } from './load-settings.ts';
import type { ServerSettings } from './server-settings.ts';

/** What there is to be told. */
export interface Started {
  readonly settings: ServerSettings;
  /** Where clients connect. */
  readonly addresses: readonly string[];
  /** Is there no configuration? */
  readonly zero: boolean;
  readonly users: readonly GivenUser[];
  readonly first: NewAccount | undefined;
}

/** The line: what is served where, where data is, and how to log in. */
export function banner({ settings, addresses, zero, users, first }: Started): string {
  const { hosts, storage, dataPath } = settings;
  const domains = hosts.map(({ domain }) => domain).join(', ');
  const notes: string[] = [];
  if (!hosts.some(({ modules }) => modules.includes('tls'))) notes.push('no TLS');
  if (zero && addresses.every((address) => address.startsWith('127.'))) {
    notes.push('this machine alone: --config FILE or --interface opens it');
  }
  const where = notes.length === 0 ? '' : ` (${notes.join('; ')})`;
  const data =
    storage.kind === 'memory'
      ? 'everything in memory and gone when it stops'
      : storage.kind === 'sqlite'
        ? `data in ${near(dataPath)}`
        : 'data in PostgreSQL';
  const accounts = accountsText(zero, users, first);
  return `${PRODUCT} ${VERSION} serves ${domains} on ${addresses.join(', ') || 'no address'}${where}, ${data}${accounts}\n`;
}

function accountsText(zero: boolean, users: readonly GivenUser[], first: NewAccount | undefined): string {
  if (!zero) return '';
  if (users.length > 0) return `; accounts: ${users.map(({ name }) => `${name}@${ZERO_HOST}`).join(', ')}`;
  if (first === undefined) return '';
  if (first.file !== undefined) return `; first account: ${first.jid}, its password is in ${near(first.file)}`;
  return `; first account: ${first.jid} password ${first.password}`;
}

/** A path as short as it can be said from here. */
function near(path: string): string {
  const from = relative('', path);
  return from === '' || from.startsWith('..') ? path : `./${from}`;
}
