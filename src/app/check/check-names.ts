/** Names of the checks, for those who need no more of them. */

/** In the order in which they are run and shown. */
export const CHECK_NAMES: readonly string[] = [
  ...['config', 'disabled', 'security', 'certs', 'dns', 'connectivity', 'turn', 'database', 'performance', 'resources'],
  ...['connections', 'modules', 'features'],
];
