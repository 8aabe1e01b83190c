/** Decides from a history what a server lost, doubled, reordered or made up. Pure. */
import type { HistoryEvent } from './history.ts';

/** What is wrong with a history, each list empty where nothing is. */
export interface Verdict {
  /** Messages that were acknowledged, and changes that were confirmed. */
  readonly acknowledged: number;
  /** Messages that came back as errors. */
  readonly refused: number;
  /** Acknowledged or delivered, and not in the archive of the sender or of the recipient. */
  readonly lost: readonly string[];
  /** In one of the two archives alone: half a unit. */
  readonly torn: readonly string[];
  /** Twice in an archive, or more often in a session, without a mark of delay, than it was sent. */
  readonly doubled: readonly string[];
  /** Behind a later one of the same sender, in an archive or in a session. */
  readonly reordered: readonly string[];
  /** Came and was never sent, or not to that account, or in the name of somebody else. */
  readonly foreign: readonly string[];
  /** Items that have neither their last confirmed value nor one that was asked for later. */
  readonly updates: readonly string[];
}

type Sent = Extract<HistoryEvent, { kind: 'sent' }>;
type Asked = Extract<HistoryEvent, { kind: 'asked' }>;

/** All lists of a verdict without findings, for comparison. */
export const CLEAN = { lost: [], torn: [], doubled: [], reordered: [], foreign: [], updates: [] } as const;

/** Judge a history that is complete: its end tells of all archives and items. */
export function check(history: readonly HistoryEvent[]): Verdict {
  const messages = checkMessages(history);
  const items = checkItems(history);
  return { ...messages, updates: items.updates, acknowledged: messages.acknowledged + items.confirmed };
}

function checkMessages(history: readonly HistoryEvent[]): Omit<Verdict, 'updates'> {
  const sent = new Map<string, Sent>();
  const sendings = new Counts();
  const acked = new Set<string>();
  const refused = new Set<string>();
  const delivered = new Set<string>();
  const live = new Counts();
  const archived = new Counts();
  const doubled: string[] = [];
  const foreign: string[] = [];
  const order = new Order();
  for (const event of history) {
    switch (event.kind) {
      case 'sent':
        sent.set(event.id, event);
        sendings.add(event.id);
        break;
      case 'acked':
        acked.add(event.id);
        break;
      case 'refused':
        refused.add(event.id);
        break;
      case 'received': {
        const { id, session, sender, delayed } = event;
        const message = sent.get(id);
        if (message === undefined || bare(session) !== message.to || bare(sender) !== message.from) {
          foreign.push(`${id} in ${session} from ${sender}`);
          break;
        }
        delivered.add(id);
        if (delayed) break;
        if (live.add(`${id} in ${session}`) > sendings.of(id)) doubled.push(`${id} in ${session}`);
        order.add(`${sender} to ${session}`, message, live.of(`${id} in ${session}`) > 1);
        break;
      }
      case 'archived': {
        const { id, owner } = event;
        const message = sent.get(id);
        if (message === undefined || (message.from !== owner && message.to !== owner)) {
          foreign.push(`${id} in the archive of ${owner}`);
          break;
        }
        const again = archived.add(`${id} ${owner}`) > 1;
        if (again) doubled.push(`${id} in the archive of ${owner}`);
        order.add(`${message.slot} in the archive of ${owner}`, message, again);
        break;
      }
      default:
    }
  }
  const lost: string[] = [];
  const torn: string[] = [];
  for (const { id, from, to } of sent.values()) {
    const places = Number(archived.of(`${id} ${from}`) > 0) + Number(archived.of(`${id} ${to}`) > 0);
    if (places === 1) torn.push(id);
    if (places < 2 && (delivered.has(id) || (acked.has(id) && !refused.has(id)))) lost.push(id);
  }
  const acknowledged = [...acked].filter((id) => !refused.has(id)).length;
  return { acknowledged, refused: refused.size, lost, torn, doubled, reordered: order.broken, foreign };
}

function checkItems(history: readonly HistoryEvent[]): { confirmed: number; updates: string[] } {
  const asked = new Map<string, Asked[]>();
  const last = new Map<string, number>();
  const stored = new Map<string, string>();
  const numbers = new Set<string>();
  for (const event of history) {
    if (event.kind !== 'asked' && event.kind !== 'confirmed' && event.kind !== 'stored') continue;
    const key = `${event.item} of ${event.owner}`;
    if (event.kind === 'stored') stored.set(key, event.value);
    else if (event.kind === 'asked') asked.set(key, [...(asked.get(key) ?? []), event]);
    else {
      last.set(key, Math.max(event.number, last.get(key) ?? 0));
      numbers.add(`${key} ${event.number}`);
    }
  }
  const updates: string[] = [];
  for (const [key, changes] of asked) {
    const least = last.get(key) ?? 0;
    const value = stored.get(key);
    const allowed =
      value === undefined ? least === 0 : changes.some((one) => one.number >= least && one.value === value);
    if (!allowed) updates.push(`${key}: ${value ?? 'nothing'} after change ${least}`);
  }
  for (const key of stored.keys()) if (!asked.has(key)) updates.push(`${key}: never asked for`);
  return { confirmed: numbers.size, updates };
}

class Counts {
  readonly #counts = new Map<string, number>();

  /** @returns how many there are now */
  add(key: string): number {
    const count = this.of(key) + 1;
    this.#counts.set(key, count);
    return count;
  }

  of(key: string): number {
    return this.#counts.get(key) ?? 0;
  }
}

/** In each row the numbers of messages rise. */
class Order {
  readonly broken: string[] = [];
  readonly #last = new Map<string, number>();

  /** @param again it stood in the row before, which is another mistake */
  add(row: string, { id, number }: Sent, again: boolean): void {
    const last = this.#last.get(row) ?? 0;
    if (number > last) this.#last.set(row, number);
    else if (!again) this.broken.push(`${id}, ${row}`);
  }
}

function bare(jid: string): string {
  return jid.split('/', 1)[0] ?? jid;
}
