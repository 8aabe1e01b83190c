/** Accounts that stand on the command line. */
import { ConfigError } from '../config/config-error.ts';
import { Auth } from '../host/auth.ts';
import type { Server } from '../host/server.ts';
import { prepareLocalpart } from '../jid/localpart.ts';
import { StanzaError } from '../stanza/errors.ts';
import type { GivenUser } from './command-line.ts';

/**
 * Make the accounts, or give those that exist their password.
 * @throws ConfigError a name or a password that cannot be used
 */
export async function makeGivenAccounts(server: Server, domain: string, users: readonly GivenUser[]): Promise<void> {
  const auth = server.hosts.get(domain)?.services.find(Auth);
  for (const { name, password } of users) {
    const username = prepareLocalpart(name);
    if (username === undefined || auth === undefined) throw new ConfigError(`--user: "${name}" is not a user name`);
    const unit = server.storage.unit();
    try {
      await auth.setPassword(unit, username, password);
    } catch (error) {
      if (error instanceof StanzaError) throw new ConfigError(`--user ${name}: ${error.text ?? error.condition}`);
      throw error;
    }
    await unit.submit()?.settled();
  }
}
