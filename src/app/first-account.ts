/** The account that a server makes for itself when it has none. */
import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Auth } from '../host/auth.ts';
import type { Server } from '../host/server.ts';
import { runOperation } from './run-operation.ts';

/** Bytes of a random password: 16 characters. */
const SECRET_BYTES = 12;

/** Name of the file with the first account's password, in the folder of data. */
const FILE = 'initial-admin';

/** A new account. */
export interface NewAccount {
  readonly jid: string;
  readonly password: string;
  /** Where JID and password were written, if they were. */
  readonly file: string | undefined;
}

/**
 * Make the account if its host has none at all.
 * @param folder where to write the password; `undefined` if it will be shown instead
 * @returns `undefined` if there are accounts
 */
export async function makeFirstAccount(
  server: Server,
  { domain, name, folder }: { readonly domain: string; readonly name: string; readonly folder: string | undefined },
): Promise<NewAccount | undefined> {
  const auth = server.hosts.get(domain)?.services.find(Auth);
  for await (const _ of auth?.usernames() ?? []) return undefined;
  const account = { jid: `${name}@${domain}`, password: randomBytes(SECRET_BYTES).toString('base64url') };
  const file = folder === undefined ? undefined : join(folder, FILE);
  if (file !== undefined) {
    // Before the account: a password that nobody knows would be worse than a file that leads nowhere.
    rmSync(file, { force: true });
    writeFileSync(file, `${account.jid} ${account.password}\n`, { mode: 0o600, flag: 'wx' });
  }
  await runOperation(server, {
    operation: 'user.create',
    host: domain,
    input: account,
    signal: new AbortController().signal,
    progress: () => undefined,
  });
  return { ...account, file };
}
