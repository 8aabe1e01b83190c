/** Accounts in the server's own store, which keeps SCRAM keys and no passwords (RFC 5802 §3, RFC 7677). */
import { z } from 'zod';
import { Auth } from '../../host/auth.ts';
import { defineModule } from '../../host/module.ts';
import { internalAccounts } from './service.ts';

export default defineModule({
  name: 'auth_internal_hashed',
  summary: 'Accounts in the server’s own store, without their passwords',
  xeps: [],
  scope: 'host',
  provides: [Auth],
  options: z.object({
    password_hash: z
      .enum(['SHA-1', 'SHA-256'])
      .default('SHA-1')
      .describe('Hash that passwords sent in PLAIN are checked with'),
    default_iteration_count: z
      .int()
      .min(4096)
      .default(10_000)
      .describe('PBKDF2 iterations for new passwords; existing ones keep theirs'),
  }),

  async setup(m) {
    const { password_hash: checkedWith, default_iteration_count: iterations } = m.options;
    m.provide(Auth, await internalAccounts(m, { checkedWith, iterations, clear: false }));
  },
});
