/** Variables of this server. */
import { variable, type Variable } from './variable.ts';

/** The rows. */
export const COUPLET_VARIABLES: readonly Variable[] = [
  variable(
    'PROSODY_CONFIG',
    { couplet: '' },
    'text',
    { kind: 'start' },
    'Path of the configuration, where no `--config` names it; `environment:` for none besides the environment',
  ),
  variable(
    'PROSODY_DATADIR',
    { couplet: '/var/lib/prosody' },
    'text',
    { kind: 'start' },
    'Folder of data where a file in Lua, or the environment of a container, does not say `data_path`',
  ),
  variable(
    'COUPLET_CONTAINER',
    { couplet: 'false' },
    'boolean',
    { kind: 'start' },
    'This is a container: variables whose names do not begin with PROSODY_ are read, too',
  ),
  variable(
    'COUPLET_RUN_AS_ROOT',
    { couplet: 'false' },
    'boolean',
    { kind: 'start' },
    'Root may run it, as with `--root`',
  ),
  variable('PUID', { couplet: '' }, 'integer', { kind: 'start' }, 'User that a container which starts as root becomes'),
  variable('PGID', { couplet: '' }, 'integer', { kind: 'start' }, 'Its group'),
  variable('COUPLET_CONFIG_SECONDS', { couplet: '3' }, 'integer', { kind: 'start' }, 'CPU time that a file in Lua has'),
  variable(
    'CREDENTIALS_DIRECTORY',
    { couplet: '' },
    'text',
    { kind: 'start' },
    'Folder of what `${credential:NAME}` in YAML and `Credential` in Lua read; systemd sets it',
  ),
];
