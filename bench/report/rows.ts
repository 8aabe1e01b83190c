/** The lines of the report: which figure of which scenario, what it is compared with, and how good it has to be. */

/** What a figure of ours is divided by: the lower of those of other servers, one of a certain server, or nothing. */
export type Against = 'better' | { readonly server: string; readonly figure: string } | 'nothing';

/** A line. */
export interface RowPlan {
  readonly title: string;
  readonly scenario: string;
  readonly figure: string;
  readonly unit: string;
  readonly against: Against;
  /** What the ratio, or the figure where it is compared with nothing, is to be at most. */
  readonly bar?: number;
  readonly goal?: number;
}

const DEFAULT_MEMORY = { server: 'prosody', figure: 'memory' } as const;

/** All lines. */
export const ROWS: readonly RowPlan[] = [
  row('ping, window 1', 'ping', 'cpu', 'µs', 'better', 0.3, 0.12),
  row('chat, headline, window 1', 'chat', 'cpu', 'µs', 'better', 0.3),
  row('chat, headline, window 10', 'chat-window', 'cpu', 'µs', 'better', 0.3, 0.12),
  row('chat, headline, TLS, window 1', 'chat-tls', 'cpu', 'µs', 'better', 0.35, 0.2),
  row('chat + archive + carbons', 'chat-archive', 'cpu', 'µs', 'better', 0.15, 0.06),
  row('chat + archive + carbons + acks', 'chat-acks', 'cpu', 'µs', 'better', 0.15, 0.07),
  row('presence to 200 contacts, each', 'presence', 'cpu', 'µs', 'better', 0.25, 0.08),
  row('one sender, 5000 archived a second', 'burst', 'cpu', 'µs', 'better'),
  row('login, SCRAM-SHA-1', 'login', 'cpu', 'ms', 'better', 0.35, 0.15),
  row('login, SCRAM-SHA-1, STARTTLS', 'login-tls', 'cpu', 'ms', 'better', 0.5, 0.3),
  row('login, PLAIN, first', 'password', 'cold', 'ms', 'better', 0.6, 0.35),
  row('login, PLAIN, again', 'password', 'warm', 'ms', 'better', undefined, 0.05),
  row('idle connection', 'login', 'memory', 'kB', DEFAULT_MEMORY, 0.6, 0.25),
  row('idle connection, TLS 1.3', 'login-tls', 'memory', 'kB', DEFAULT_MEMORY, 1, 0.65),
  row('TLS connection after traffic, against an idle one', 'login-tls', 'afterTraffic', 'kB', DEFAULT_MEMORY, 2, 1),
  row('paced 200/s, CPU', 'paced', 'cpu', 'µs', 'better'),
  row('paced 200/s, p50', 'paced', 'p50', 'ms', 'nothing'),
  row('paced 200/s, p99', 'paced', 'p99', 'ms', 'nothing', 4, 2),
  row('one sender, messages a second', 'burst', 'rate', '/s', 'nothing'),
  row('empty server, resident', 'login', 'empty', 'MB', 'nothing', 96, 64),
  row('after all connections left, resident', 'login', 'left', 'MB', 'nothing', 96),
  row('CPU time while connections are idle', 'login', 'idle', 'ms/s', 'nothing'),
];

function row(
  title: string,
  scenario: string,
  figure: string,
  unit: string,
  against: Against,
  bar?: number,
  goal?: number,
): RowPlan {
  return {
    title,
    scenario,
    figure,
    unit,
    against,
    ...(bar !== undefined && { bar }),
    ...(goal !== undefined && { goal }),
  };
}
