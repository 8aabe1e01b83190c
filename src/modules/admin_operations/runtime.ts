/** Operations that look into the running server. */
import { z } from 'zod';
import type { ModuleApi } from '../../host/module.ts';
import { Jid } from '../../jid/jid.ts';
import { StanzaError } from '../../stanza/errors.ts';
import { el } from '../../xml/element.ts';
import { NS_CLIENT } from '../../xml/namespaces.ts';
import { Stanza } from '../../xml/stanza.ts';

const SECOND = 1000;

/** Milliseconds. */
const PING_TIMEOUT = 30_000;

/** Define `cron.tasks`, `cache.info` and `xmpp.ping`. */
export function runtimeOperations(m: ModuleApi): void {
  const { server } = m.host;

  m.operation({
    name: 'cron.tasks',
    summary: 'List what the server does again and again, when it did it last and when it will',
    input: z.object({}),
    output: z.object({
      tasks: z.array(
        z.object({
          name: z.string(),
          /** Seconds. */
          every: z.number(),
          last: z.string().optional(),
          next: z.string(),
        }),
      ),
    }),
    role: 'prosody:operator',
    changes: false,
    cli: 'cron tasks',
    run: async () => ({
      tasks: [...server.scheduler.tasks]
        .map(({ name, period, last, next }) => ({
          name,
          every: period / SECOND,
          last: last === undefined ? undefined : new Date(last).toISOString(),
          next: new Date(next).toISOString(),
        }))
        .sort((one, other) => (one.name < other.name ? -1 : 1)),
    }),
  });

  m.operation({
    name: 'cache.info',
    summary: 'Show the caches of a host: accounts kept, and characters of memory',
    input: z.object({}),
    output: z.object({ caches: z.array(z.object({ module: z.string(), accounts: z.int(), size: z.int() })) }),
    role: 'prosody:operator',
    changes: false,
    cli: 'debug caches',
    run: async () => ({
      caches: [...m.host.caches].map(([{ length, size }, module]) => ({ module, accounts: length, size })),
    }),
  });

  m.operation({
    name: 'xmpp.ping',
    summary: 'Ping a domain or an address (XEP-0199), and show how long the answer took',
    input: z.object({ to: z.string().min(1).describe('Domain or address') }),
    output: z.object({ milliseconds: z.number() }),
    role: 'prosody:operator',
    changes: false,
    cli: 'xmpp ping',
    run: async ({ to }) => {
      if (Jid.parse(to) === undefined) throw new StanzaError('jid-malformed', `"${to}" is no address`);
      const began = performance.now();
      const ping = el('iq', NS_CLIENT, { to, type: 'get' }, el('ping', 'urn:xmpp:ping'));
      await m.request(Stanza.of(ping), { timeout: PING_TIMEOUT });
      return { milliseconds: Math.round((performance.now() - began) * 1000) / 1000 };
    },
  });
}
