/** Management operations of the core: accounts, and the state of the server. */
import { z } from 'zod';
import { duration } from '../../config/duration.ts';
import { Auth } from '../../host/auth.ts';
import { defineModule } from '../../host/module.ts';
import { AccountRoles } from '../authz_internal/service.ts';
import { Registrations } from '../register_ibr/service.ts';
import { Roster } from '../roster/service.ts';
import { Acknowledgements } from '../smacks/service.ts';
import { accessLists } from './access-lists.ts';
import { archiveOperations } from './archives.ts';
import { auditLog } from './audit.ts';
import { logOperations } from './log.ts';
import { metricsOperation } from './metrics.ts';
import { configOperations } from './config.ts';
import { flagOperations } from './flags.ts';
import { moduleOperations } from './modules.ts';
import { portOperations } from './ports.ts';
import { reloadOperation } from './reload.ts';
import { rosterOperations } from './rosters.ts';
import { runtimeOperations } from './runtime.ts';
import { serverOperations } from './server.ts';
import { sessionOperations } from './sessions.ts';
import { statusOperation } from './status.ts';
import { userListOperations } from './user-list.ts';
import { userStateOperations } from './user-states.ts';
import { userOperations } from './users.ts';
import { watchOperations } from './watch.ts';

/** Seconds: ten years. */
const MAX_KEEP = 10 * 365 * 86_400;

export default defineModule({
  name: 'admin_operations',
  summary: 'Operations on accounts and on the server, for coupletctl',
  xeps: [],
  scope: 'host',
  needs: [Auth],
  wants: [Roster, Registrations, AccountRoles, Acknowledgements],
  options: z.object({
    audit_log_expires_after: duration(MAX_KEEP)
      .default(MAX_KEEP / 10)
      .describe('How long it is kept who changed what through an operation'),
    default_provisioned_role: z
      .string()
      .default('prosody:member')
      .describe('Role of accounts that administrators make'),
    registration_delete_grace_period: duration(MAX_KEEP)
      .optional()
      .describe('How long an account that is deleted can be restored; without it, it is gone at once'),
  }),
  async setup(m) {
    auditLog(m, m.options.audit_log_expires_after);
    userOperations(m, m.options.default_provisioned_role);
    userStateOperations(m, m.options.registration_delete_grace_period);
    userListOperations(m);
    await accessLists(m);
    sessionOperations(m);
    rosterOperations(m);
    archiveOperations(m);
    moduleOperations(m);
    portOperations(m);
    runtimeOperations(m);
    configOperations(m);
    flagOperations(m);
    serverOperations(m);
    reloadOperation(m);
    statusOperation(m);
    metricsOperation(m);
    logOperations(m);
    watchOperations(m);
  },
});
