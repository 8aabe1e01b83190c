/**
 * With whom the accounts of a host may communicate, whatever they themselves want: service-wide lists of addresses and
 * domains (XEP-0133 v1.3.1 §4.11, §4.12).
 */
import { z } from 'zod';
import type { ModuleApi } from '../../host/module.ts';
import type { StanzaEvent } from '../../host/stanza-event.ts';
import { Jid } from '../../jid/jid.ts';
import { StanzaError } from '../../stanza/errors.ts';
import { fromZod } from '../../storage/from-zod.ts';
import { written } from './accounts.ts';

/** Entries of one list. */
const MAX_ENTRIES = 10_000;

const jids = z.array(z.string());
const stored = z.object({ blocked: jids, allowed: jids });

interface Lists {
  readonly blocked: ReadonlySet<string>;
  /** Empty: all. */
  readonly allowed: ReadonlySet<string>;
}

/** Follow the stored lists from now on, and define `access.show` and `access.set`. */
export async function accessLists(m: ModuleApi): Promise<void> {
  const store = m.keyed('access_lists', fromZod(stored));
  let lists: Lists | undefined;
  const undo: (() => void)[] = [];
  const stop = (): void => undo.splice(0).forEach((remove) => remove());

  const mayReach = (other: Jid): boolean => {
    if (lists === undefined || other.domain === m.domain) return true;
    const { blocked, allowed } = lists;
    const isIn = (list: ReadonlySet<string>): boolean =>
      list.has(other.key) || list.has(other.bare.key) || list.has(other.domain);
    return !isIn(blocked) && (allowed.size === 0 || isIn(allowed));
  };
  const out = ({ to }: StanzaEvent): void => {
    if (to !== undefined && !mayReach(to)) throw new StanzaError('not-acceptable', `${to.domain} is not reached`);
  };
  const into = (event: StanzaEvent): void => {
    if (mayReach(event.from)) return;
    if (event.kind === 'presence') event.drop();
    else throw new StanzaError('service-unavailable');
  };
  /** Stanzas pass no handler as long as the lists are empty. */
  const follow = ({ blocked, allowed }: z.infer<typeof stored>): void => {
    stop();
    lists = { blocked: new Set(blocked), allowed: new Set(allowed) };
    if (blocked.length + allowed.length === 0) return;
    undo.push(m.host.hooks['stanza/outgoing'].add(m.name, 'access', out));
    undo.push(m.host.hooks['stanza/incoming'].add(m.name, 'access', into));
  };
  const read = async (): Promise<z.infer<typeof stored>> => (await store.get(m.domain)) ?? { blocked: [], allowed: [] };
  const refresh = async (): Promise<void> => follow(await read());
  await refresh();
  m.onUnload(stop);
  const changed = (): void => {
    refresh().catch((error: unknown) => m.log.error({ err: error }, 'access lists could not be read'));
  };
  m.onUnload(store.cacheSource.watch({ touched: changed }));

  m.operation({
    name: 'access.show',
    summary: 'Show with whom accounts may not communicate, or with whom alone',
    input: z.object({}),
    output: stored,
    role: 'prosody:admin',
    changes: false,
    cli: 'access show',
    run: read,
  });
  m.operation({
    name: 'access.set',
    summary: 'Set with whom accounts may not communicate, or with whom alone; a list that is not given stays',
    input: z.object({
      blocked: list(m.domain).optional().describe('Addresses and domains with which there is no communication'),
      allowed: list(m.domain).optional().describe('The only ones with which there is; none for all'),
    }),
    output: z.object({}),
    role: 'prosody:admin',
    changes: true,
    cli: 'access set',
    run: async ({ blocked, allowed }) => {
      await written(m, (unit) =>
        store.update(unit, m.domain, (known) => ({
          blocked: blocked ?? known?.blocked ?? [],
          allowed: allowed ?? known?.allowed ?? [],
        })),
      );
      await refresh();
      return {};
    },
  });
}

function list(own: string) {
  return z
    .array(
      z
        .string()
        .meta({ jid: true })
        .transform((text, context) => {
          const jid = Jid.parse(text);
          if (jid !== undefined && jid.domain !== own) return jid.key;
          const message =
            jid === undefined ? `"${text}" is no address` : `"${text}" is of this host: disable the account`;
          context.addIssue({ code: 'custom', message });
          return z.NEVER;
        }),
    )
    .max(MAX_ENTRIES);
}
