/** Options that belong to no module. */
import { z } from 'zod';
import { duration } from '../config/duration.ts';
import { LOG_OPTIONS } from './log-options.ts';

const names = z.array(z.string().min(1));
const account = z.union([z.int().min(0), z.string().min(1)]);

/** Options of the server, of PostgreSQL or SQLite under it, and of its log: they stand at the top of the file only. */
export const SERVER_OPTIONS = z.object({
  data_path: z
    .string()
    .min(1)
    .default('data')
    .describe('Folder of all data; made, for its owner alone, if it is missing'),
  storage: z
    .enum(['sqlite', 'postgresql', 'memory'])
    .default('sqlite')
    .describe('Where data is kept; memory forgets everything when the server stops'),
  sql: z
    .strictObject({
      driver: z.enum(['SQLite3', 'PostgreSQL']).optional(),
      database: z.string().optional(),
      host: z.string().optional(),
      port: z.int().min(1).max(65_535).optional(),
      username: z.string().optional(),
      password: z.string().optional(),
      schema: z.string().min(1).optional(),
      synchronous: z.enum(['full', 'normal']).optional(),
    })
    .default({})
    .describe('How the database is reached and written'),
  ...LOG_OPTIONS,
  memory_limit: z
    .int()
    .min(0)
    .optional()
    .describe('Bytes of memory above which new connections are refused; 80 % of what there is by default, 0 for none'),
  admin_socket: z.string().min(1).default('prosody.sock').describe('Socket for coupletctl, from data_path on'),
  ignore_existing_data: z
    .boolean()
    .default(false)
    .describe('Begin anew although Prosody left data in the same place; it is not touched'),
  pidfile: z.string().min(1).optional().describe('File for the number of the process; none by default'),
  prosody_user: account.optional().describe('Whom a server becomes that was started as root, by name or number'),
  prosody_group: account.optional().describe('Its group; by default that of the same name or number'),
  run_as_root: z.boolean().default(false).describe('Stay root; without this and prosody_user root is refused'),
  umask: z
    .string()
    .regex(/^0?[0-7]{3}$/, 'has to be three octal digits in quotes, as "077"')
    .default('077')
    .describe('Permissions that files made by the server do not have, in octal'),
  prosodyctl_service_warnings: z
    .boolean()
    .default(true)
    .describe('Refuse start, stop and restart of coupletctl where systemd runs the server'),
  prosodyctl_timeout: duration(3600)
    .optional()
    .describe('How long coupletctl waits for a start or a stop; a minute by default'),
});

/** Options of a host, which may also stand at the top for all hosts. */
export const HOST_OPTIONS = z.object({
  admins: names
    .default([])
    .describe('JIDs of operators, who may do everything; those of a host may administer that host alone'),
  authentication: z
    .string()
    .default('internal_hashed')
    .describe('How passwords are checked: chooses the module auth_NAME'),
  modules_enabled: names.optional().describe('Modules to load; those of a host come on top of those of all hosts'),
  modules_disabled: names.default([]).describe('Modules not to load, whatever else says so'),
});

/** What a host or component says of itself alone. */
export const OWN_OPTIONS = z.object({
  enabled: z.boolean().default(true).describe('Serve this domain'),
  module: z.string().optional().describe('The module that a component is made of'),
});
