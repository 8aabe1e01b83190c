/** Options that belong to no module. */
import { z } from 'zod';
import { LOG_LEVELS } from '../logging/pino-log.ts';

const names = z.array(z.string().min(1));

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
  log: z
    .union([z.string().min(1), z.partialRecord(z.enum(LOG_LEVELS), z.string().min(1))])
    .default('*stderr')
    .describe('Where the log goes: a file, *stderr or *stdout; as LEVEL: PLACE also the least level written'),
  memory_limit: z
    .int()
    .min(0)
    .optional()
    .describe('Bytes of memory above which new connections are refused; 80 % of what there is by default, 0 for none'),
  admin_socket: z.string().min(1).default('prosody.sock').describe('Socket for coupletctl, from data_path on'),
});

/** Options of a host, which may also stand at the top for all hosts. */
export const HOST_OPTIONS = z.object({
  admins: names.default([]).describe('JIDs with all rights'),
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
