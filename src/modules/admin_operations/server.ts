/** Operations on the server as a whole, and on its hosts. */
import { z } from 'zod';
import type { ModuleApi } from '../../host/module.ts';
import { PRODUCT, VERSION } from '../../host/product.ts';
import type { Server, ServerControl } from '../../host/server.ts';
import { Jid } from '../../jid/jid.ts';
import { StanzaError } from '../../stanza/errors.ts';
import { el } from '../../xml/element.ts';
import { NS_CLIENT } from '../../xml/namespaces.ts';
import { Stanza } from '../../xml/stanza.ts';

const SECOND = 1_000_000;

/** Longest announced stop, in seconds. */
const MAX_DELAY = 86_400;

/** Milliseconds in which the answer leaves before the server does. */
const BEFORE_STOP = 250;

const domain = z
  .string()
  .describe('Domain of the host')
  .transform((text, context) => {
    const jid = Jid.parse(text);
    if (jid !== undefined && jid.local === undefined && jid.resource === undefined) return jid.domain;
    context.addIssue({ code: 'custom', message: `"${text}" is no domain` });
    return z.NEVER;
  });

const stopInput = z.object({
  reason: z.string().min(1).max(10_000).optional().meta({ lines: true }).describe('What all clients are told before'),
  delay: z.int().min(0).max(MAX_DELAY).default(0).describe('Seconds to wait before'),
});

/** Define `server.version`, `.uptime`, `.memory`, `.shutdown`, `.restart`, `host.list`, `.activate` and `.deactivate`. */
export function serverOperations(m: ModuleApi): void {
  const { server } = m.host;
  const role = 'prosody:operator';
  const nothing = z.object({});

  m.operation({
    name: 'server.version',
    summary: 'Show which version runs',
    input: nothing,
    output: z.object({ product: z.string(), version: z.string(), node: z.string() }),
    role: 'prosody:admin',
    changes: false,
    cli: 'server version',
    run: async () => ({ product: PRODUCT, version: VERSION, node: process.versions.node }),
  });

  m.operation({
    name: 'server.uptime',
    summary: 'Show since when the server runs',
    input: nothing,
    output: z.object({ started: z.string(), seconds: z.int() }),
    role: 'prosody:admin',
    changes: false,
    cli: 'server uptime',
    run: async () => ({
      started: new Date(server.startedAt / 1000).toISOString(),
      seconds: Math.floor((m.now() - server.startedAt) / SECOND),
    }),
  });

  m.operation({
    name: 'server.memory',
    summary: 'Show the memory that the process holds, in bytes',
    input: nothing,
    output: z.object({ rss: z.int(), heapTotal: z.int(), heapUsed: z.int(), external: z.int(), arrayBuffers: z.int() }),
    role,
    changes: false,
    cli: 'server memory',
    run: async () => process.memoryUsage(),
  });

  m.operation({
    name: 'server.shutdown',
    summary: 'Stop the server in order',
    input: stopInput,
    output: z.object({ pid: z.int() }),
    role,
    changes: true,
    adhoc: 'http://jabber.org/protocol/admin#shutdown',
    cli: 'server shutdown',
    run: async ({ delay, reason }) => {
      const control = controlOf(server);
      tellAll(m, reason);
      m.after(delay * 1000 + BEFORE_STOP, () => control.stop());
      return { pid: process.pid };
    },
  });

  m.operation({
    name: 'server.restart',
    summary: 'Stop the server in order, and start it again as the same process',
    input: stopInput,
    output: z.object({ pid: z.int() }),
    role,
    changes: true,
    adhoc: 'http://jabber.org/protocol/admin#restart',
    cli: 'server restart',
    run: async ({ delay, reason }) => {
      const { restart } = controlOf(server);
      if (restart === undefined) throw new StanzaError('not-allowed', 'Nothing runs that could do that');
      if (restart.obstacle !== undefined) throw new StanzaError('not-allowed', restart.obstacle);
      tellAll(m, reason);
      m.after(delay * 1000 + BEFORE_STOP, () => restart.restart());
      return { pid: process.pid };
    },
  });

  m.operation({
    name: 'host.list',
    summary: 'List the domains that are served, and those that were deactivated',
    input: nothing,
    output: z.object({
      hosts: z.array(z.object({ domain: z.string(), kind: z.enum(['host', 'component']), active: z.boolean() })),
    }),
    role,
    changes: false,
    cli: 'host list',
    run: async () => {
      const active = [...server.hosts.values()].map(({ domain: name, kind }) => ({ domain: name, kind, active: true }));
      const others = [...server.inactive].map(([name, { kind }]) => ({ domain: name, kind, active: false }));
      return { hosts: [...active, ...others] };
    },
  });

  m.operation({
    name: 'host.activate',
    summary: 'Serve a domain again that was deactivated',
    input: z.object({ domain }),
    output: nothing,
    role,
    changes: true,
    cli: 'host activate',
    run: async ({ domain: name }) => {
      const config = server.inactive.get(name);
      if (config === undefined) throw new StanzaError('item-not-found', `${name} was not deactivated`);
      await server.activate(config);
      return {};
    },
  });

  m.operation({
    name: 'host.deactivate',
    summary: 'Stop serving a domain until the next start of the server; its clients are disconnected',
    input: z.object({ domain }),
    output: nothing,
    role,
    changes: true,
    cli: 'host deactivate',
    run: async ({ domain: name }) => {
      if (!server.hosts.has(name)) throw new StanzaError('item-not-found', `${name} is not served`);
      if (name === m.domain)
        throw new StanzaError('not-allowed', 'A host cannot deactivate itself: run it on another one');
      await server.deactivate(name);
      return {};
    },
  });
}

/** Tell the clients of all hosts what is going to happen. */
function tellAll(m: ModuleApi, text: string | undefined): void {
  if (text === undefined) return;
  for (const { jid } of m.host.sessions.local()) {
    const to = jid.toString();
    m.send(Stanza.of(el('message', NS_CLIENT, { to, type: 'headline' }, el('body', NS_CLIENT, text))));
  }
}

function controlOf({ control }: Server): ServerControl {
  if (control === undefined) throw new StanzaError('not-allowed', 'Nothing runs that could do that');
  return control;
}
