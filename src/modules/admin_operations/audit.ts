/** The audit log: who changed what, when, from where and through which face. Never the secrets. */
import { z } from 'zod';
import type { ModuleApi } from '../../host/module.ts';
import type { AuditEntry } from '../../host/operations.ts';
import { formatDateTime } from '../../stanza/datetime.ts';
import { StanzaError } from '../../stanza/errors.ts';
import type { ArchiveEntry } from '../../storage/archive-store.ts';
import { moment } from './times.ts';

const SECOND = 1_000_000;

/** Entries in one answer. */
const MAX_PAGE = 1000;

/** Entries that are deleted at a time once they are too old. */
const EXPIRED_AT_ONCE = 1000;

/** Of an entry's address and input. */
const kept = z.object({
  who: z.string(),
  face: z.string(),
  address: z.string().optional(),
  input: z.record(z.string(), z.unknown()),
  outcome: z.enum(['done', 'failed']),
  error: z.string().optional(),
});

/** The answer of `audit.list`. */
export const auditPage = z.object({
  entries: z.array(
    z.object({
      /** ISO 8601, UTC. */
      when: z.string(),
      operation: z.string(),
      ...kept.shape,
      id: z.string(),
    }),
  ),
  /** There is nothing older. */
  complete: z.boolean(),
});

/** Record what is changed on this host from now on, and define `audit.list`. @param keep seconds */
export function auditLog(m: ModuleApi, keep: number): void {
  const archive = m.archive('audit');
  m.onUnload(
    m.host.operations.recordedBy(async ({ operation, ...entry }) => {
      const unit = m.unit();
      archive.append(unit, m.domain, {
        when: m.now(),
        with: partyOf(entry.who),
        resource: operation,
        stanza: Buffer.from(JSON.stringify(entry)).toString('latin1'),
        text: [operation, ...Object.values(entry.input)].join(' '),
      });
      await unit.submit()?.settled();
    }),
  );

  m.daily('expire the audit log', async () => {
    while ((await archive.expire(m.now() - keep * SECOND, EXPIRED_AT_ONCE)) === EXPIRED_AT_ONCE);
  });

  m.operation({
    name: 'audit.list',
    summary: 'Show what was changed, by whom and how; the newest last',
    input: z.object({
      who: z.string().optional().describe('Only by that account (bare JID), or by "operator"'),
      operation: z.string().optional().describe('Only that operation, such as user.create'),
      text: z.string().optional().describe('Only entries with all these words in their input'),
      since: moment.optional().describe('Not before that time'),
      until: moment.optional().describe('Not after that time'),
      before: z.string().optional().describe('Only entries older than the one with this id: the next page'),
      max: z.int().min(1).max(MAX_PAGE).default(100).describe('Most entries of the answer'),
    }),
    output: auditPage,
    role: 'prosody:operator',
    changes: false,
    cli: 'audit',
    run: async ({ who, operation, text, since, until, before, max }) => {
      const filter = {
        with: who === undefined ? undefined : partyOf(who),
        resource: operation,
        start: since,
        end: until,
      };
      const page = await archive.find(m.domain, { ...filter, text, before, order: 'backward', max });
      return { entries: page.entries.map(entryOf), complete: page.complete };
    },
  });
}

/** By whom entries are found: without the resource. */
function partyOf(who: string): AuditEntry['who'] {
  const slash = who.indexOf('/');
  return slash === -1 ? who : who.slice(0, slash);
}

function entryOf({ id, when, resource, stanza }: ArchiveEntry): z.infer<typeof auditPage>['entries'][number] {
  const found = kept.safeParse(JSON.parse(Buffer.from(stanza, 'latin1').toString()));
  if (!found.success || resource === undefined) throw new StanzaError('internal-server-error', 'An entry is damaged');
  return { id, when: formatDateTime(when), operation: resource, ...found.data };
}
