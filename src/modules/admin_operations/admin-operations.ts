/** Management operations of the core: accounts, and the state of the server. */
import { z } from 'zod';
import { Auth } from '../../host/auth.ts';
import { defineModule } from '../../host/module.ts';
import { statusOperation } from './status.ts';
import { userOperations } from './users.ts';

export default defineModule({
  name: 'admin_operations',
  summary: 'Operations on accounts and on the server, for coupletctl',
  xeps: [],
  scope: 'host',
  needs: [Auth],
  options: z.object({}),
  setup(m) {
    userOperations(m);
    statusOperation(m);
  },
});
