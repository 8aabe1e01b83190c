/**
 * Accounts in the server's own store, which keeps their passwords as they are. SCRAM keys are made of them in advance, so
 * that logins take the same time whether there is an account or not.
 */
import { z } from 'zod';
import { Auth } from '../../host/auth.ts';
import { defineModule } from '../../host/module.ts';
import { internalAccounts } from '../auth_internal_hashed/service.ts';

/** PBKDF2 iterations: where the password itself is stored, more of them protect nothing. */
const ITERATIONS = 4096;

export default defineModule({
  name: 'auth_internal_plain',
  summary:
    'Accounts in the server’s own store, with their passwords in clear: who reads the store can log in as anybody',
  xeps: [],
  scope: 'host',
  provides: [Auth],
  options: z.object({}),

  async setup(m) {
    m.log.warn(
      {},
      'passwords are stored in clear; authentication = "internal_hashed" keeps what is needed to check them',
    );
    m.provide(Auth, await internalAccounts(m, { checkedWith: 'SHA-1', iterations: ITERATIONS, clear: true }));
  },
});
