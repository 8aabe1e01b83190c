/** Management operations of the core: accounts, and the state of the server. */
import { z } from 'zod';
import { duration } from '../../config/duration.ts';
import { Auth } from '../../host/auth.ts';
import { defineModule } from '../../host/module.ts';
import { Registrations } from '../register_ibr/service.ts';
import { Roster } from '../roster/service.ts';
import { archiveOperations } from './archives.ts';
import { auditLog } from './audit.ts';
import { moduleOperations } from './modules.ts';
import { rosterOperations } from './rosters.ts';
import { serverOperations } from './server.ts';
import { sessionOperations } from './sessions.ts';
import { statusOperation } from './status.ts';
import { userOperations } from './users.ts';

/** Seconds: ten years. */
const MAX_KEEP = 10 * 365 * 86_400;

export default defineModule({
  name: 'admin_operations',
  summary: 'Operations on accounts and on the server, for coupletctl',
  xeps: [],
  scope: 'host',
  needs: [Auth],
  wants: [Roster, Registrations],
  options: z.object({
    audit_log_expires_after: duration(MAX_KEEP)
      .default(MAX_KEEP / 10)
      .describe('How long it is kept who changed what through an operation'),
  }),
  setup(m) {
    auditLog(m, m.options.audit_log_expires_after);
    userOperations(m);
    sessionOperations(m);
    rosterOperations(m);
    archiveOperations(m);
    moduleOperations(m);
    serverOperations(m);
    statusOperation(m);
  },
});
