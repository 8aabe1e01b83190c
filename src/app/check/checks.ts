/** All checks, in the order in which they are run and shown. */
import { certsCheck } from './certs/certs.ts';
import type { Check } from './check.ts';
import { configCheck } from './config/config.ts';
import { connectionsCheck } from './connections.ts';
import { connectivityCheck } from './connectivity/connectivity.ts';
import { databaseCheck } from './database/database.ts';
import { disabledCheck } from './disabled.ts';
import { dnsCheck } from './dns/dns.ts';
import { featuresCheck } from './features.ts';
import { performanceCheck } from './machine/performance.ts';
import { resourcesCheck } from './machine/resources.ts';
import { modulesCheck } from './modules.ts';
import { securityCheck } from './security/security.ts';
import { turnCheck } from './turn/turn.ts';

export const CHECKS: readonly Check[] = [
  configCheck,
  disabledCheck,
  securityCheck,
  certsCheck,
  dnsCheck,
  connectivityCheck,
  turnCheck,
  databaseCheck,
  performanceCheck,
  resourcesCheck,
  connectionsCheck,
  modulesCheck,
  featuresCheck,
];
