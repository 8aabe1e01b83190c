/** What a query of an archive is answered with (XEP-0313 v1.1.3 §4.2, §4.3). */
import { delayElement } from '../../stanza/delay.ts';
import { NS_FORWARD } from '../../stanza/forward.ts';
import { formatDateTime } from '../../stanza/datetime.ts';
import { pageElement } from '../../stanza/rsm.ts';
import type { ArchiveEntry, ArchivePage } from '../../storage/archive-store.ts';
import { el, type Element } from '../../xml/element.ts';
import { LIMITS_OWN } from '../../xml/limits.ts';
import { NS_CLIENT } from '../../xml/namespaces.ts';
import { parseStanza } from '../../xml/reader.ts';
import { serialise } from '../../xml/serialise.ts';
import type { Stanza } from '../../xml/stanza.ts';
import { NS_MAM } from './protocol.ts';

/** Bytes of stanzas in one page, beyond which it ends early: a page must fit what may wait for a client. */
const MAX_PAGE_BYTES = 256 * 1024;

/** As much of a page as goes out in one go: at least one entry. */
export function limited(page: ArchivePage, order: 'forward' | 'backward'): ArchivePage {
  const { entries } = page;
  const inOrder = order === 'forward' ? entries : entries.toReversed();
  let bytes = 0;
  let count = 0;
  for (const entry of inOrder) {
    bytes += entry.stanza.length;
    if (count > 0 && bytes > MAX_PAGE_BYTES) break;
    count++;
  }
  if (count === entries.length) return page;
  const kept = order === 'forward' ? entries.slice(0, count) : entries.slice(entries.length - count);
  return { ...page, entries: kept, complete: false };
}

/** One result: the stored bytes are written as they are, around them what says where they are from. */
export function resultMessage(entry: ArchiveEntry, user: string, to: string, queryId: string | undefined): Stanza {
  const wrapper = el(
    'message',
    NS_CLIENT,
    { from: user, to },
    el('result', NS_MAM, { queryid: queryId, id: entry.id }, el('forwarded', NS_FORWARD, delayElement(entry.when))),
  );
  const wire = serialise(wrapper, '');
  const hole = wire.lastIndexOf('</forwarded>');
  return parseStanza(Buffer.from(wire.slice(0, hole) + entry.stanza + wire.slice(hole), 'latin1'), LIMITS_OWN);
}

/** `<fin/>`, which ends the results. */
export function finElement({ entries, complete, total }: ArchivePage): Element {
  const first = entries[0];
  const last = entries.at(-1);
  const items = first === undefined || last === undefined ? undefined : { first: first.id, last: last.id };
  return el('fin', NS_MAM, { complete: complete ? 'true' : undefined }, pageElement({ items, count: total }));
}

/** `<metadata/>` (§5): the ends of the archive, where it is not empty. */
export function metadataElement(first: ArchiveEntry | undefined, last: ArchiveEntry | undefined): Element {
  const end = (name: string, entry: ArchiveEntry | undefined): Element | undefined =>
    entry && el(name, NS_MAM, { id: entry.id, timestamp: formatDateTime(entry.when) });
  return el('metadata', NS_MAM, end('start', first), end('end', last));
}
