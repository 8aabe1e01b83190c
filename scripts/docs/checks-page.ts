/** `docs/checks.md`: everything that `check` can find. */
import type { Check } from '../../src/app/check/check.ts';
import { EVERY } from '../../src/app/check/run-checks.ts';
import type { Catalogue } from '../../src/app/check/finding.ts';
import { code, notice, table } from './markdown.ts';

const HEAD = ['finding', 'severity', 'what it is', 'what to do'];

/** The page. */
export function checksPage(checks: readonly Check[]): string {
  const sections = checks.map(
    ({ name, summary, catalogue }) => `\n## check ${name}\n\n${summary}.\n\n${table(HEAD, rowsOf(catalogue))}`,
  );
  return `${notice('the checks')}
# Checks

\`coupletctl check\` looks for mistakes, and says what to do. \`coupletctl check NAME…\` does those that are named:
${checks.map(({ name }) => code(name)).join(', ')}. \`prosodyctl check\` is the same.

* An **error** does not work, or is open to everybody. **Advice** works and could be better. **Info** is good to know.
* Exit status 0: fine; 1: there is advice; 2: there are errors, or with \`--strict\` advice. A check that is not there, or
  another wrong call, is 1 and a sentence on standard error.
* \`--json\` prints one object: \`status\`, \`running\` (does the server run?), \`checks\`, and \`findings\`, each with
  \`check\`, \`id\`, \`severity\`, \`what\`, \`todo\` and, where a line of a file is meant, \`where\`.
* It works with a running server and without; what only a running server knows is left out then. With \`--config FILE\` the
  server is that of this file. Environment variables are those of the shell in which it is called.
* Nobody is asked but the resolvers of this machine, the hosts of the configuration, its database and its TURN server.
  Each question has an end after five seconds. \`check connectivity\` starts on this machine and asks no service elsewhere,
  other than Prosody’s: whether a firewall lets strangers in, only a look from elsewhere tells.
* \`check turn --ping HOST[:PORT]\` sends to that STUN server through the TURN server.
* \`check performance\` writes small files of its own beside the data, and deletes them. Nothing else is changed.

## Any check

${table(HEAD, rowsOf(EVERY))}${sections.join('')}
## What no check can see

Set-ups that are copied from guides fail in places outside of the server’s configuration. These are the usual ones:

${table(
  ['where', 'mistake', 'instead'],
  [
    [
      'nginx `stream`',
      '`proxy_timeout 1s` ends every XMPP connection that is quiet for a second; `proxy_responses` is for UDP; the ports of the stream are not published',
      '`proxy_timeout 1h` or more, no `proxy_responses`; or publish 5222 of the server itself',
    ],
    [
      'start script',
      '`nc` in a loop waits for the database for ever where `nc` is not installed or the port is not set',
      'no script: the server waits for its database itself, for a bounded time',
    ],
    [
      'start script',
      '`prosodyctl mod_storage_sql upgrade` and `cert generate` ask questions, which ends a script without a terminal',
      'both ask nothing here without a terminal; tables are made by the start itself',
    ],
    [
      'start script',
      '`prosodyctl adduser` with a password from a pipe asks twice, and fails where the account exists',
      '`adduser JID --if-missing --password-file FILE`; one line from a pipe is enough',
    ],
    [
      'health check',
      '`prosodyctl status` without `pidfile` always fails under Prosody',
      '`coupletctl healthcheck`, or `prosodyctl status`, which needs no pidfile here',
    ],
    [
      'ports of a container',
      'port 5280 is published and listens on 127.0.0.1 inside',
      '`http_interfaces`, see `http-private-interface`',
    ],
    [
      'backup script',
      'bash, `pg_dump` or `aws` are missing in the image; no password for the database; a volume that is not mounted ends it; nothing was ever restored',
      '`coupletctl backup FILE` while the server runs, `restore FILE`, and a rehearsal',
    ],
    [
      'Grafana',
      '`GF_SECURITY_ADMIN_PASSWORD_FILE` is not read',
      '`GF_SECURITY_ADMIN_PASSWORD__FILE`, with two underscores',
    ],
    ['Redis', '`--requirepass` without a value', 'set `REDIS_PASSWORD`'],
    ['Prometheus', 'PostgreSQL, Redis and nginx are scraped on their own ports', 'an exporter for each'],
  ],
)}`;
}

function rowsOf(catalogue: Catalogue): string[][] {
  return Object.entries(catalogue).map(([id, [severity, about, todo]]) => [code(id), severity, about, todo]);
}
