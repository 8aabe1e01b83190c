/** Operations that show what happens while it happens, until nobody looks any more. */
import { z } from 'zod';
import type { Host } from '../../host/host.ts';
import type { ModuleApi } from '../../host/module.ts';
import type { OperationContext } from '../../host/operations.ts';
import type { Session } from '../../host/session.ts';
import { Jid } from '../../jid/jid.ts';
import { EVENT_LEVELS, levelsFrom } from '../../logging/levels.ts';
import { jsonLine, textLine } from '../../logging/record.ts';
import { strftime } from '../../logging/strftime.ts';
import { StanzaError } from '../../stanza/errors.ts';
import { NS_CLIENT } from '../../xml/namespaces.ts';
import { printElement } from '../../xml/print.ts';
import type { Stanza } from '../../xml/stanza.ts';
import { logsOf } from './log.ts';

/** What every stanza of a client has. */
const CLIENT_NS = ` xmlns='${NS_CLIENT}'`;

/** Who handles the events, among the modules of a host. */
const WATCH = 'watch';

/** An address, a bare one for all its resources, or a domain for all of its accounts. */
const address = z
  .string()
  .meta({ jid: true })
  .transform((text, context) => {
    const jid = Jid.parse(text);
    if (jid !== undefined) return jid;
    context.addIssue({ code: 'custom', message: `"${text}" is no address` });
    return z.NEVER;
  });

/** Something that happened. */
type Tell = NonNullable<OperationContext['event']>;

/** Which stanzas are told. */
type Filter = (session: Session, stanza: Stanza) => boolean;

/** Define `watch.log` and `watch.stanzas`. */
export function watchOperations(m: ModuleApi): void {
  const { server } = m.host;
  const role = 'prosody:operator';

  m.operation({
    name: 'watch.log',
    summary: 'Show what is logged, as it happens',
    input: z.object({
      level: z.enum(EVENT_LEVELS).default('info').describe('Least level that is shown'),
      source: z.string().optional().describe('A host, a module or a service'),
    }),
    output: z.object({}),
    role,
    changes: false,
    streams: true,
    cli: 'watch log',
    run: ({ level, source }, { event, signal }) =>
      watch(event, signal, (tell) =>
        logsOf(server).watch(levelsFrom(level), (record) => {
          if (source !== undefined && source !== record.source && !record.source.split(':').includes(source)) return;
          const time = new Date(record.time);
          tell({
            line: textLine(record, { time: strftime('%H:%M:%S', time) }).trimEnd(),
            record: JSON.parse(jsonLine(record, { time: time.toISOString() })),
          });
        }),
      ),
  });

  m.operation({
    name: 'watch.stanzas',
    summary: 'Show the stanzas of clients as they come and go, without what is said in them',
    input: z.object({
      jids: z.array(address).default([]).describe('Whose; everybody’s by default'),
      direction: z.enum(['in', 'out', 'both']).default('both').describe('From clients, to clients, or both'),
    }),
    output: z.object({}),
    role,
    changes: true, // whose conversations were looked at is to be recorded
    streams: true,
    cli: 'watch stanzas',
    run: ({ jids, direction }, { event, signal }) =>
      watch(event, signal, (tell) => {
        const filter = filterOf(jids);
        const ends = [...server.hosts.values()].flatMap((host) => [
          ...(direction === 'out' ? [] : [watchIncoming(host, filter, tell)]),
          ...(direction === 'in' ? [] : [watchOutgoing(host, filter, tell)]),
        ]);
        return () => {
          for (const end of ends) end();
        };
      }),
  });
}

/** Have it told until the requester is gone. */
async function watch(
  tell: Tell | undefined,
  signal: AbortSignal,
  begin: (tell: Tell) => () => void,
): Promise<Record<string, never>> {
  if (tell === undefined) throw new StanzaError('not-allowed', 'Only coupletctl can watch');
  const gone = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => gone.resolve(), { once: true });
  if (signal.aborted) return {};
  const end = begin(tell);
  await gone.promise;
  end();
  return {};
}

/** What clients send, before any module sees it. */
function watchIncoming(host: Host, filter: Filter, tell: Tell): () => void {
  const { hooks, modules } = host;
  return hooks['stanza/outgoing'].add(
    WATCH,
    'access',
    ({ origin, stanza }) => {
      if (origin.session !== undefined && filter(origin.session, stanza)) tell(told('in', origin.session, stanza));
    },
    { before: [...modules.names] },
  );
}

/** What clients get, as it is written. */
function watchOutgoing(host: Host, filter: Filter, tell: Tell): () => void {
  return host.hooks['session/deliver'].add(WATCH, 'observe', ({ session, stanza, held }) => {
    if (!held && filter(session, stanza)) tell(told('out', session, stanza));
  });
}

function told(direction: 'in' | 'out', { jid }: Session, stanza: Stanza): Readonly<Record<string, unknown>> {
  return { direction, jid: jid.toString(), stanza: printElement(stanza.tree()).replace(CLIENT_NS, '') };
}

function filterOf(jids: readonly Jid[]): Filter {
  if (jids.length === 0) return () => true;
  const keys = new Set(jids.map((jid) => jid.key));
  const fits = (jid: Jid | undefined): boolean =>
    jid !== undefined && (keys.has(jid.key) || keys.has(jid.bare.key) || keys.has(jid.domain));
  const names = (text: string | undefined): boolean => text !== undefined && fits(Jid.parse(text));
  return (session, { from, to }) => fits(session.jid) || names(from) || names(to);
}
